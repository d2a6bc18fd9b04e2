# outbound/: everything that leaves the machine.
noinst_LIBRARIES += liboutbound.a
liboutbound_a_SOURCES = \
  outbound/alert.c outbound/alert.h \
  outbound/connection.c outbound/connection.h \
  outbound/gathered.c outbound/gathered.h \
  outbound/figures.c outbound/figures.h \
  outbound/mail.c outbound/mail.h \
  outbound/message.c outbound/message.h \
  outbound/program.c outbound/program.h \
  outbound/receipt.c outbound/receipt.h \
  outbound/receipt_fill.c outbound/receipt_fill.h \
  outbound/receipt_json.c outbound/receipt_store.c \
  outbound/relays.c outbound/relays.h \
  outbound/report.c outbound/report.h outbound/report_charts.c outbound/report_csv.c outbound/report_html.c \
  outbound/report_mail.c outbound/report_mail.h outbound/report_text.c \
  outbound/retry.c outbound/retry.h \
  outbound/sender.c outbound/sender.h \
  outbound/sendmail.c outbound/sendmail.h \
  outbound/smtp.c outbound/smtp.h \
  outbound/template.c outbound/template.h \
  outbound/template_set.c \
  outbound/webhook.c outbound/webhook.h

# The wording that is built in: what etc/templates holds.
outbound_templates = \
  $(srcdir)/etc/templates/receipt.en.html $(srcdir)/etc/templates/receipt.en.txt \
  $(srcdir)/etc/templates/receipt.sv.html $(srcdir)/etc/templates/receipt.sv.txt
outbound/template_builtin.inc: $(outbound_templates) $(srcdir)/outbound/builtin.awk
	$(AM_V_at)$(MKDIR_P) outbound
	$(AM_V_GEN)$(AWK) -f $(srcdir)/outbound/builtin.awk $(outbound_templates) >$@.new
	$(AM_V_at)mv $@.new $@
outbound/template_set.$(OBJEXT): outbound/template_builtin.inc
EXTRA_DIST += outbound/builtin.awk
CLEANFILES += outbound/template_builtin.inc
