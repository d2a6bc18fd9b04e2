# parsers/: recognise a file and turn its bytes into items. Pure.
noinst_LIBRARIES += libparsers.a
libparsers_a_SOURCES = \
  parsers/bgmax.c parsers/bgmax.h \
  parsers/bgmax_writer.c parsers/bgmax_writer.h \
  parsers/payments.c parsers/payments.h \
  parsers/writer.c parsers/writer.h \
  parsers/camt.c parsers/camt.h \
  parsers/casecsv.c parsers/casecsv.h \
  parsers/decimal.c parsers/decimal.h \
  parsers/delimited.c parsers/delimited.h \
  parsers/edifact.c parsers/edifact.h \
  parsers/einvoice.c parsers/einvoice.h \
  parsers/fixed.c parsers/fixed.h \
  parsers/totalin.c parsers/totalin.h \
  parsers/incoming.c parsers/incoming.h \
  parsers/iso20022.c parsers/iso20022.h \
  parsers/invoic.c parsers/invoic.h \
  parsers/cii.c parsers/cii.h \
  parsers/ocrgiro.c parsers/ocrgiro.h \
  parsers/codes.c parsers/codes.h \
  parsers/oioubl.c parsers/oioubl.h \
  parsers/ehf.c parsers/ehf.h \
  parsers/lb.c parsers/lb.h \
  parsers/bgocr.c parsers/bgocr.h \
  parsers/finvoice.c parsers/finvoice.h \
  parsers/autogiro.c parsers/autogiro.h \
  parsers/layout.c parsers/layout.h \
  parsers/layout_load.c \
  parsers/layout_reader.c parsers/layout_reader.h \
  parsers/letters.c parsers/letters.h \
  parsers/lines.c parsers/lines.h \
  parsers/mt940.c parsers/mt940.h \
  parsers/mt940_info.c parsers/mt940_info.h \
  parsers/names.c parsers/names.h \
  parsers/pain.c parsers/pain.h \
  parsers/origin.c parsers/origin.h \
  parsers/parser.c parsers/parser.h \
  parsers/peppol.c parsers/peppol.h \
  parsers/peppol_judge.h \
  parsers/peppol_own.c \
  parsers/peppol_rules.c parsers/peppol_rules.h \
  parsers/peppol_tax.c \
  parsers/reading.c parsers/reading.h \
  parsers/recognize.c parsers/recognize.h \
  parsers/record.c parsers/record.h \
  parsers/sbdh.c parsers/sbdh.h \
  parsers/sbdh_rules.c parsers/sbdh_rules.h \
  parsers/sealed.c parsers/sealed.h \
  parsers/svefaktura.c parsers/svefaktura.h \
  parsers/tally.c parsers/tally.h \
  parsers/ubl.c parsers/ubl.h \
  parsers/xml.c parsers/xml.h \
  parsers/xml_encoding.c parsers/xml_encoding.h
