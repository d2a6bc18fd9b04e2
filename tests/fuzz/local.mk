# Fuzzers of parsers/. With --enable-fuzzing they carry libFuzzer; without it they replay their
# saved inputs (seeds/NAME) as ordinary tests.
fuzz_programs = tests/fuzz/bgmax_fuzz tests/fuzz/casecsv_fuzz tests/fuzz/control_fuzz \
  tests/fuzz/peppol_fuzz tests/fuzz/recognize_fuzz
fuzz_programs += tests/fuzz/totalin_fuzz
fuzz_programs += tests/fuzz/svefaktura_fuzz
fuzz_programs += tests/fuzz/sbdh_fuzz
fuzz_programs += tests/fuzz/finvoice_fuzz
fuzz_programs += tests/fuzz/ehf_fuzz
fuzz_programs += tests/fuzz/oioubl_fuzz
fuzz_programs += tests/fuzz/cii_fuzz
fuzz_programs += tests/fuzz/camt_fuzz
fuzz_programs += tests/fuzz/pain_fuzz
fuzz_programs += tests/fuzz/invoic_fuzz
fuzz_programs += tests/fuzz/mt940_fuzz
fuzz_programs += tests/fuzz/lb_fuzz
fuzz_programs += tests/fuzz/seal_fuzz
fuzz_programs += tests/fuzz/bgocr_fuzz
fuzz_programs += tests/fuzz/autogiro_fuzz
fuzz_programs += tests/fuzz/ocrgiro_fuzz
fuzz_programs += tests/fuzz/layout_fuzz
fuzz_programs += tests/fuzz/layout_reader_fuzz
fuzz_programs += tests/fuzz/charset_fuzz
fuzz_common = tests/fuzz/fuzz.h
fuzz_libs = $(parser_libs) $(model_libs)
if FUZZING
noinst_PROGRAMS += $(fuzz_programs)
fuzz_ldflags = $(AM_LDFLAGS) -fsanitize=fuzzer
else
check_PROGRAMS += $(fuzz_programs)
TESTS += $(fuzz_programs)
fuzz_common += tests/fuzz/replay.c
fuzz_ldflags = $(AM_LDFLAGS)
endif
tests_fuzz_bgmax_fuzz_SOURCES = tests/fuzz/bgmax_fuzz.c $(fuzz_common)
tests_fuzz_bgmax_fuzz_LDADD = $(fuzz_libs)
tests_fuzz_bgmax_fuzz_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_casecsv_fuzz_SOURCES = tests/fuzz/casecsv_fuzz.c $(fuzz_common)
tests_fuzz_casecsv_fuzz_LDADD = $(fuzz_libs)
tests_fuzz_casecsv_fuzz_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_control_fuzz_SOURCES = tests/fuzz/control_fuzz.c $(fuzz_common)
tests_fuzz_control_fuzz_LDADD = libctl.a $(model_libs) $(JANSSON_LIBS)
tests_fuzz_control_fuzz_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_peppol_fuzz_SOURCES = tests/fuzz/peppol_fuzz.c $(fuzz_common)
tests_fuzz_peppol_fuzz_LDADD = $(fuzz_libs)
tests_fuzz_peppol_fuzz_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_recognize_fuzz_SOURCES = tests/fuzz/recognize_fuzz.c $(fuzz_common)
tests_fuzz_recognize_fuzz_LDADD = $(fuzz_libs)
tests_fuzz_recognize_fuzz_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_totalin_fuzz_SOURCES = tests/fuzz/totalin_fuzz.c $(fuzz_common)
tests_fuzz_totalin_fuzz_LDADD = $(fuzz_libs)
tests_fuzz_totalin_fuzz_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_cii_fuzz_SOURCES = tests/fuzz/cii_fuzz.c $(fuzz_common)
tests_fuzz_cii_fuzz_LDADD = $(fuzz_libs)
tests_fuzz_cii_fuzz_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_oioubl_fuzz_SOURCES = tests/fuzz/oioubl_fuzz.c $(fuzz_common)
tests_fuzz_oioubl_fuzz_LDADD = $(fuzz_libs)
tests_fuzz_oioubl_fuzz_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_ehf_fuzz_SOURCES = tests/fuzz/ehf_fuzz.c $(fuzz_common)
tests_fuzz_ehf_fuzz_LDADD = $(fuzz_libs)
tests_fuzz_ehf_fuzz_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_finvoice_fuzz_SOURCES = tests/fuzz/finvoice_fuzz.c $(fuzz_common)
tests_fuzz_finvoice_fuzz_LDADD = $(fuzz_libs)
tests_fuzz_finvoice_fuzz_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_sbdh_fuzz_SOURCES = tests/fuzz/sbdh_fuzz.c $(fuzz_common)
tests_fuzz_sbdh_fuzz_LDADD = $(fuzz_libs)
tests_fuzz_sbdh_fuzz_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_svefaktura_fuzz_SOURCES = tests/fuzz/svefaktura_fuzz.c $(fuzz_common)
tests_fuzz_svefaktura_fuzz_LDADD = $(fuzz_libs)
tests_fuzz_svefaktura_fuzz_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_camt_fuzz_SOURCES = tests/fuzz/camt_fuzz.c $(fuzz_common)
tests_fuzz_camt_fuzz_LDADD = $(fuzz_libs)
tests_fuzz_camt_fuzz_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_invoic_fuzz_SOURCES = tests/fuzz/invoic_fuzz.c $(fuzz_common)
tests_fuzz_invoic_fuzz_LDADD = $(fuzz_libs)
tests_fuzz_invoic_fuzz_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_mt940_fuzz_SOURCES = tests/fuzz/mt940_fuzz.c $(fuzz_common)
tests_fuzz_mt940_fuzz_LDADD = $(fuzz_libs)
tests_fuzz_mt940_fuzz_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_pain_fuzz_SOURCES = tests/fuzz/pain_fuzz.c $(fuzz_common)
tests_fuzz_pain_fuzz_LDADD = $(fuzz_libs)
tests_fuzz_pain_fuzz_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_seal_fuzz_SOURCES = tests/fuzz/seal_fuzz.c $(fuzz_common)
tests_fuzz_seal_fuzz_LDADD = $(fuzz_libs)
tests_fuzz_seal_fuzz_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_lb_fuzz_SOURCES = tests/fuzz/lb_fuzz.c $(fuzz_common)
tests_fuzz_lb_fuzz_LDADD = $(fuzz_libs)
tests_fuzz_lb_fuzz_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_bgocr_fuzz_SOURCES = tests/fuzz/bgocr_fuzz.c $(fuzz_common)
tests_fuzz_bgocr_fuzz_LDADD = $(fuzz_libs)
tests_fuzz_bgocr_fuzz_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_autogiro_fuzz_SOURCES = tests/fuzz/autogiro_fuzz.c $(fuzz_common)
tests_fuzz_autogiro_fuzz_LDADD = $(fuzz_libs)
tests_fuzz_autogiro_fuzz_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_ocrgiro_fuzz_SOURCES = tests/fuzz/ocrgiro_fuzz.c $(fuzz_common)
tests_fuzz_ocrgiro_fuzz_LDADD = $(fuzz_libs)
tests_fuzz_ocrgiro_fuzz_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_layout_fuzz_SOURCES = tests/fuzz/layout_fuzz.c $(fuzz_common)
tests_fuzz_layout_fuzz_LDADD = $(fuzz_libs)
tests_fuzz_layout_fuzz_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_layout_reader_fuzz_SOURCES = tests/fuzz/layout_reader_fuzz.c $(fuzz_common)
tests_fuzz_layout_reader_fuzz_LDADD = $(fuzz_libs)
tests_fuzz_layout_reader_fuzz_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_charset_fuzz_SOURCES = tests/fuzz/charset_fuzz.c $(fuzz_common)
tests_fuzz_charset_fuzz_LDADD = $(fuzz_libs)
tests_fuzz_charset_fuzz_LDFLAGS = $(fuzz_ldflags)
EXTRA_DIST += tests/fuzz/seeds
# Each fuzzer for FUZZ_SECONDS, and a table of what it did.
FUZZ_SECONDS = 60
fuzz:
	$(srcdir)/script/fuzz $(FUZZ_SECONDS)
.PHONY: fuzz
EXTRA_DIST += script/fuzz
