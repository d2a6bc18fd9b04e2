# store/: durable state, SQLite behind it.
noinst_LIBRARIES += libstore.a
libstore_a_SOURCES = \
  store/alerts.c store/alerts.h \
  store/announcements.c store/announcements.h \
  store/audit.c store/audit.h \
  store/db.c store/db.h \
  store/deliveries.c store/internal.h \
  store/gather.c \
  store/habits.c store/habits.h \
  store/outbox.c store/outbox.h \
  store/prior.c store/prior.h \
  store/queue.c store/queue.h \
  store/report.c store/report.h \
  store/runs.c store/runs.h \
  store/schema.c store/schema.h \
  store/secret.c store/secret.h \
  store/seen.c store/seen.h store/seen_internal.h \
  store/spool.c store/spool.h \
  store/standing.c store/standing.h \
  store/store.c store/store.h \
  store/sweep.c \
  store/tracks.c store/tracks.h
