# ctl/: slussctl. The control client is the daemon's (daemon/control.h); nothing else is.
bin_PROGRAMS += slussctl
slussctl_SOURCES = \
  ctl/check.c ctl/commands.h \
  ctl/config.c \
  ctl/deliveries.c \
  ctl/formats.c \
  ctl/main.c \
  ctl/online.c ctl/online.h \
  ctl/options.c ctl/options.h \
  ctl/print.c ctl/print.h \
  ctl/queue.c \
  ctl/status.c \
  daemon/control.c daemon/control.h
slussctl_LDADD = libsafeguards.a $(parser_libs) $(conf_libs) $(model_libs) $(JANSSON_LIBS)
