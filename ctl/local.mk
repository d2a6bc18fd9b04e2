# ctl/: slussctl. Everything but main.c is a library, so that unit tests can link it. Of the
# daemon it knows the control protocol alone (daemon/control.h).
bin_PROGRAMS += slussctl
noinst_LIBRARIES += libctl.a
libctl_a_SOURCES = \
  ctl/backtest.c \
  ctl/backtest_html.c ctl/backtest_html.h \
  ctl/check.c \
  ctl/checks.c \
  ctl/commands.c ctl/commands.h \
  ctl/config.c \
  ctl/convert.c \
  ctl/deliveries.c \
  ctl/file.c ctl/file.h \
  ctl/formats.c \
  ctl/help.c ctl/help.h \
  ctl/items.c \
  ctl/layout.c ctl/layout.h \
  ctl/manifest.c ctl/manifest.h \
  ctl/online.c ctl/online.h \
  ctl/options.c ctl/options.h \
  ctl/print.c ctl/print.h \
  ctl/queue.c \
  ctl/recall.c \
  ctl/report.c \
  ctl/show.c \
  ctl/status.c \
  ctl/outcome.c ctl/outcome.h \
  ctl/trail.c \
  ctl/waive.c \
  ctl/units.c \
  ctl/when.c ctl/when.h \
  daemon/control.c daemon/control.h
slussctl_SOURCES = ctl/main.c
slussctl_LDADD = libctl.a liboutbound.a $(gate_libs) $(store_libs) $(safeguard_libs) $(parser_libs) $(conf_libs) $(model_libs) $(JANSSON_LIBS)
