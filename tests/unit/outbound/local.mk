# Unit tests of outbound/.
outbound_tests = \
  tests/unit/outbound/alert_test tests/unit/outbound/figures_test \
  tests/unit/outbound/mail_test tests/unit/outbound/message_test \
  tests/unit/outbound/receipt_test tests/unit/outbound/report_test tests/unit/outbound/retry_test \
  tests/unit/outbound/sender_test tests/unit/outbound/sendmail_test tests/unit/outbound/smtp_test \
  tests/unit/outbound/template_test tests/unit/outbound/program_test \
  tests/unit/outbound/webhook_test
check_PROGRAMS += $(outbound_tests)
TESTS += $(outbound_tests)
outbound_test_libs = $(outbound_libs) $(store_libs) $(model_libs) $(unit_libs)
smtp_server = tests/unit/outbound/smtp_server.c tests/unit/outbound/smtp_server.h
tests_unit_outbound_alert_test_SOURCES = \
  tests/unit/outbound/alert_test.c tests/unit/outbound/support.h
tests_unit_outbound_alert_test_LDADD = $(outbound_test_libs)
tests_unit_outbound_mail_test_SOURCES = \
  tests/unit/outbound/mail_test.c tests/unit/outbound/support.h
tests_unit_outbound_mail_test_LDADD = $(outbound_test_libs)
tests_unit_outbound_receipt_test_SOURCES = \
  tests/unit/outbound/receipt_test.c tests/unit/outbound/support.h
tests_unit_outbound_receipt_test_LDADD = $(outbound_test_libs)
tests_unit_outbound_retry_test_SOURCES = \
  tests/unit/outbound/retry_test.c tests/unit/outbound/support.h
tests_unit_outbound_retry_test_LDADD = $(outbound_test_libs)
tests_unit_outbound_sender_test_SOURCES = \
  tests/unit/outbound/sender_test.c tests/unit/outbound/support.h $(smtp_server)
tests_unit_outbound_sender_test_LDADD = $(outbound_test_libs)
tests_unit_outbound_smtp_test_SOURCES = \
  tests/unit/outbound/smtp_test.c tests/unit/outbound/support.h $(smtp_server)
tests_unit_outbound_smtp_test_LDADD = $(outbound_test_libs)
tests_unit_outbound_template_test_SOURCES = \
  tests/unit/outbound/template_test.c tests/unit/outbound/support.h
tests_unit_outbound_template_test_LDADD = $(outbound_test_libs)
tests_unit_outbound_message_test_SOURCES = \
  tests/unit/outbound/message_test.c tests/unit/outbound/support.h
tests_unit_outbound_message_test_LDADD = $(outbound_test_libs)
tests_unit_outbound_sendmail_test_SOURCES = \
  tests/unit/outbound/sendmail_test.c tests/unit/outbound/support.h
tests_unit_outbound_sendmail_test_LDADD = $(outbound_test_libs)
tests_unit_outbound_program_test_SOURCES = \
  tests/unit/outbound/program_test.c tests/unit/outbound/support.h
tests_unit_outbound_program_test_LDADD = $(outbound_test_libs)
tests_unit_outbound_webhook_test_SOURCES = \
  tests/unit/outbound/webhook_test.c tests/unit/outbound/support.h
tests_unit_outbound_webhook_test_LDADD = $(outbound_test_libs)
tests_unit_outbound_figures_test_SOURCES = \
  tests/unit/outbound/figures_test.c tests/unit/outbound/support.h
tests_unit_outbound_figures_test_LDADD = $(outbound_test_libs)
tests_unit_outbound_report_test_SOURCES = \
  tests/unit/outbound/report_test.c tests/unit/outbound/support.h
tests_unit_outbound_report_test_LDADD = $(outbound_test_libs)
