# model/: the words everyone uses; no I/O.
noinst_LIBRARIES += libmodel.a
libmodel_a_SOURCES = \
  model/arena.c model/arena.h \
  model/buf.c model/buf.h \
  model/calendar.c model/calendar.h \
  model/charset.c model/charset.h model/charset_tables.def \
  model/date.c model/date.h \
  model/delivery.c model/delivery.h \
  model/digits.h \
  model/error.c model/error.h \
  model/finding.c model/finding.h model/finding_kinds.def \
  model/html.c model/html.h \
  model/ident.c model/ident.h \
  model/item.c model/item.h model/item_key.h \
  model/json.c model/json.h \
  model/likelihood.c model/likelihood.h \
  model/money.c model/money.h \
  model/penalty.c model/penalty.h \
  model/period.c model/period.h \
  model/phrase.c model/phrase.h model/phrases.def \
  model/seal.c model/seal.h \
  model/settings.c model/settings.h \
  model/span.h \
  model/summary.c model/summary.h \
  model/text.c model/text.h \
  model/track.h \
  model/utf16.c model/utf16.h \
  model/waiver.c model/waiver.h
