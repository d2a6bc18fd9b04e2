# outbound/: everything that leaves the machine.
noinst_LIBRARIES += liboutbound.a
liboutbound_a_SOURCES = \
  outbound/alert.c outbound/alert.h \
  outbound/mail.c outbound/mail.h \
  outbound/receipt.c outbound/receipt.h \
  outbound/retry.c outbound/retry.h \
  outbound/sender.c outbound/sender.h \
  outbound/smtp.c outbound/smtp.h \
  outbound/template.c outbound/template.h
