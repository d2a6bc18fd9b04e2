# safeguards/: one file a check, and the engine that turns findings into a verdict. Pure.
noinst_LIBRARIES += libsafeguards.a
libsafeguards_a_SOURCES = \
  safeguards/chance.c safeguards/chance.h \
  safeguards/check.h \
  safeguards/dates.c \
  safeguards/duplicate.c \
  safeguards/engine.c safeguards/engine.h \
  safeguards/fingerprint.c safeguards/fingerprint.h \
  safeguards/habit.c safeguards/habit.h \
  safeguards/history.h \
  safeguards/hour.c \
  safeguards/learned.c safeguards/learned.h \
  safeguards/origin.c \
  safeguards/paid.c \
  safeguards/policy.c safeguards/policy.h \
  safeguards/prescribed.c \
  safeguards/profile.c safeguards/profile.h \
  safeguards/repeat.c \
  safeguards/resemblance.c \
  safeguards/shape.c \
  safeguards/signal.c safeguards/signal.h \
  safeguards/silence.c safeguards/silence.h \
  safeguards/sketch.c safeguards/sketch.h \
  safeguards/testfile.c \
  safeguards/unit.c \
  safeguards/volume.c
