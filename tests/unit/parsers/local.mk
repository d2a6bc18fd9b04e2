# Unit tests of parsers/.
# The text half: lines, records, delimited fields, and the formats made of them.
parsers_text_tests = \
  tests/unit/parsers/autogiro_test \
  tests/unit/parsers/bgocr_test \
  tests/unit/parsers/lb_test \
  tests/unit/parsers/letters_test \
  tests/unit/parsers/ocrgiro_test \
  tests/unit/parsers/totalin_test \
  tests/unit/parsers/bgmax_test \
  tests/unit/parsers/casecsv_test \
  tests/unit/parsers/delimited_test \
  tests/unit/parsers/lines_test \
  tests/unit/parsers/mt940_test \
  tests/unit/parsers/origin_test \
  tests/unit/parsers/parser_test \
  tests/unit/parsers/reading_test \
  tests/unit/parsers/roundtrip_test \
  tests/unit/parsers/recognize_test \
  tests/unit/parsers/sealed_test \
  tests/unit/parsers/record_test \
  tests/unit/parsers/tally_test \
  tests/unit/parsers/writer_test
check_PROGRAMS += $(parsers_text_tests)
TESTS += $(parsers_text_tests)
tests_unit_parsers_bgmax_test_LDADD = $(parser_libs) $(model_libs) $(unit_libs)
tests_unit_parsers_casecsv_test_LDADD = $(parser_libs) $(model_libs) $(unit_libs)
tests_unit_parsers_delimited_test_LDADD = $(parser_libs) $(model_libs) $(unit_libs)
tests_unit_parsers_lines_test_LDADD = $(parser_libs) $(model_libs) $(unit_libs)
tests_unit_parsers_origin_test_LDADD = $(parser_libs) $(model_libs) $(unit_libs)
tests_unit_parsers_parser_test_LDADD = $(parser_libs) $(model_libs) $(unit_libs)
tests_unit_parsers_reading_test_LDADD = $(parser_libs) $(model_libs) $(unit_libs)
tests_unit_parsers_recognize_test_LDADD = $(parser_libs) $(model_libs) $(unit_libs)
tests_unit_parsers_record_test_LDADD = $(parser_libs) $(model_libs) $(unit_libs)
tests_unit_parsers_sealed_test_LDADD = $(parser_libs) $(model_libs) $(unit_libs)
tests_unit_parsers_tally_test_LDADD = $(parser_libs) $(model_libs) $(unit_libs)
tests_unit_parsers_totalin_test_LDADD = $(parser_libs) $(model_libs) $(unit_libs)
EXTRA_DIST += tests/data/total-in
EXTRA_DIST += tests/unit/parsers/built.h
tests_unit_parsers_writer_test_LDADD = $(parser_libs) $(model_libs) $(unit_libs)
tests_unit_parsers_lb_test_LDADD = $(parser_libs) $(model_libs) $(unit_libs)
EXTRA_DIST += tests/data/lb
tests_unit_parsers_mt940_test_LDADD = $(parser_libs) $(model_libs) $(unit_libs)
EXTRA_DIST += tests/data/mt940
tests_unit_parsers_bgocr_test_LDADD = $(parser_libs) $(model_libs) $(unit_libs)
EXTRA_DIST += tests/data/bankgiro-ocr
tests_unit_parsers_ocrgiro_test_LDADD = $(parser_libs) $(model_libs) $(unit_libs)
EXTRA_DIST += tests/data/ocr-giro
tests_unit_parsers_roundtrip_test_SOURCES = tests/unit/parsers/roundtrip_test.c \
  tests/unit/parsers/roundtrip.c tests/unit/parsers/roundtrip.h \
  tests/unit/parsers/roundtrip_written.c
tests_unit_parsers_roundtrip_test_LDADD = $(parser_libs) $(model_libs) $(unit_libs)
tests_unit_parsers_autogiro_test_LDADD = $(parser_libs) $(model_libs) $(unit_libs)
EXTRA_DIST += tests/data/autogiro
EXTRA_DIST += tests/unit/parsers/heard.h tests/data/bgmax tests/data/case-csv
# Plain XML invoices.
parsers_einvoice_tests = \
  tests/unit/parsers/svefaktura_test
parsers_einvoice_tests += tests/unit/parsers/sbdh_test
parsers_einvoice_tests += tests/unit/parsers/cii_test
parsers_einvoice_tests += tests/unit/parsers/oioubl_test
parsers_einvoice_tests += tests/unit/parsers/ehf_test
parsers_einvoice_tests += tests/unit/parsers/finvoice_test
check_PROGRAMS += $(parsers_einvoice_tests)
TESTS += $(parsers_einvoice_tests)
tests_unit_parsers_sbdh_test_LDADD = $(parser_libs) $(model_libs) $(unit_libs)
EXTRA_DIST += tests/data/sbdh
tests_unit_parsers_svefaktura_test_LDADD = $(parser_libs) $(model_libs) $(unit_libs)
EXTRA_DIST += tests/data/svefaktura
tests_unit_parsers_finvoice_test_LDADD = $(parser_libs) $(model_libs) $(unit_libs)
EXTRA_DIST += tests/data/finvoice
tests_unit_parsers_ehf_test_LDADD = $(parser_libs) $(model_libs) $(unit_libs)
EXTRA_DIST += tests/data/ehf-reminder
tests_unit_parsers_oioubl_test_LDADD = $(parser_libs) $(model_libs) $(unit_libs)
EXTRA_DIST += tests/data/oioubl
tests_unit_parsers_cii_test_LDADD = $(parser_libs) $(model_libs) $(unit_libs)
EXTRA_DIST += tests/data/cii
# EDIFACT.
parsers_edifact_tests = \
  tests/unit/parsers/edifact_test \
  tests/unit/parsers/invoic_test
check_PROGRAMS += $(parsers_edifact_tests)
TESTS += $(parsers_edifact_tests)
tests_unit_parsers_edifact_test_LDADD = $(parser_libs) $(model_libs) $(unit_libs)
tests_unit_parsers_invoic_test_LDADD = $(parser_libs) $(model_libs) $(unit_libs)
EXTRA_DIST += tests/data/edifact-invoic
# The XML half: the streaming reader and the formats made of it.
parsers_xml_tests = \
  tests/unit/parsers/dates_test \
  tests/unit/parsers/codes_test \
  tests/unit/parsers/camt_test \
  tests/unit/parsers/iso20022_test \
  tests/unit/parsers/decimal_test \
  tests/unit/parsers/pain_test \
  tests/unit/parsers/peppol_test \
  tests/unit/parsers/peppol_rules_test \
  tests/unit/parsers/xml_test
check_PROGRAMS += $(parsers_xml_tests)
TESTS += $(parsers_xml_tests)
tests_unit_parsers_dates_test_LDADD = $(parser_libs) $(model_libs) $(unit_libs)
tests_unit_parsers_codes_test_LDADD = $(parser_libs) $(model_libs) $(unit_libs)
tests_unit_parsers_camt_test_LDADD = $(parser_libs) $(model_libs) $(unit_libs)
tests_unit_parsers_iso20022_test_LDADD = $(parser_libs) $(model_libs) $(unit_libs)
tests_unit_parsers_decimal_test_LDADD = $(parser_libs) $(model_libs) $(unit_libs)
tests_unit_parsers_pain_test_LDADD = $(parser_libs) $(model_libs) $(unit_libs)
tests_unit_parsers_peppol_test_LDADD = $(parser_libs) $(model_libs) $(unit_libs)
tests_unit_parsers_peppol_rules_test_LDADD = $(parser_libs) $(model_libs) $(unit_libs)
tests_unit_parsers_xml_test_LDADD = $(parser_libs) $(model_libs) $(unit_libs)
EXTRA_DIST += tests/unit/parsers/changed.h tests/data/peppol-bis-3
EXTRA_DIST += tests/data/camt.053 tests/data/camt.054
EXTRA_DIST += tests/data/pain.001
# Damage to every sample there is.
check_PROGRAMS += tests/unit/parsers/corruption_test
TESTS += tests/unit/parsers/corruption_test
tests_unit_parsers_corruption_test_LDADD = $(parser_libs) $(model_libs) $(unit_libs)
tests_unit_parsers_letters_test_LDADD = $(parser_libs) $(model_libs) $(unit_libs)
# Declared layouts.
parsers_layout_tests = \
  tests/unit/parsers/layout_test \
  tests/unit/parsers/layout_reader_test
check_PROGRAMS += $(parsers_layout_tests)
TESTS += $(parsers_layout_tests)
tests_unit_parsers_layout_test_LDADD = $(parser_libs) $(model_libs) $(unit_libs)
tests_unit_parsers_layout_reader_test_LDADD = $(parser_libs) $(model_libs) $(unit_libs)
EXTRA_DIST += tests/data/layouts tests/unit/parsers/declared.h
