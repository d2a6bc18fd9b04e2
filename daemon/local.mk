# daemon/: slussd. Everything but main.c is a library, so that unit tests can link it.
sbin_PROGRAMS += slussd
noinst_LIBRARIES += libdaemon.a
libdaemon_a_SOURCES = \
  daemon/claim.c daemon/claim.h \
  daemon/clock_watch.c daemon/clock_watch.h \
  daemon/commands.c daemon/commands.h daemon/commands_part.h \
  daemon/commands_checks.c \
  daemon/commands_deliveries.c \
  daemon/commands_queue.c \
  daemon/commands_report.c \
  daemon/commands_status.c \
  daemon/commands_trail.c daemon/commands_units.c \
  daemon/commands_verify.c \
  daemon/control.c daemon/control.h \
  daemon/control_server.c daemon/control_server.h \
  daemon/deadline_watch.c daemon/deadline_watch.h \
  daemon/entries.c daemon/entries.h \
  daemon/inbox.c daemon/inbox.h \
  daemon/inbox_look.c daemon/inbox_private.h \
  daemon/decision.c daemon/decision.h \
  daemon/intake.c daemon/intake.h \
  daemon/last_words.c daemon/last_words.h \
  daemon/log.c daemon/log.h \
  daemon/loop.c daemon/loop.h \
  daemon/notify.c daemon/notify.h \
  daemon/outbound_alerts.c daemon/outbound_mail.c \
  daemon/outbound_child.c daemon/outbound_child.h \
  daemon/outbound_process.c daemon/outbound_process.h \
  daemon/passage.c daemon/passage.h \
  daemon/pipeline.c daemon/pipeline.h \
  daemon/pool.c daemon/pool.h \
  daemon/process.c daemon/process.h \
  daemon/rounds.c daemon/rounds.h \
  daemon/report_watch.c daemon/report_watch.h \
  daemon/settle.c daemon/settle.h \
  daemon/silence_watch.c daemon/silence_watch.h \
  daemon/space_watch.c daemon/space_watch.h \
  daemon/state_lock.c daemon/state_lock.h \
  daemon/trail_watch.c daemon/trail_watch.h \
  daemon/watch.c daemon/watch.h \
  daemon/wire.c daemon/wire.h \
  daemon/worker.c daemon/worker.h
slussd_SOURCES = daemon/main.c
slussd_LDADD = $(daemon_libs) $(outbound_libs) $(gate_libs) $(store_libs) $(safeguard_libs) $(parser_libs) \
  $(conf_libs) $(model_libs) $(JANSSON_LIBS)
