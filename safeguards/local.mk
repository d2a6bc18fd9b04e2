# safeguards/: one file a check, and the engine that turns findings into a verdict. Pure.
noinst_LIBRARIES += libsafeguards.a
libsafeguards_a_SOURCES = \
  safeguards/check.h \
  safeguards/duplicate.c \
  safeguards/engine.c safeguards/engine.h \
  safeguards/fingerprint.c safeguards/fingerprint.h \
  safeguards/history.h \
  safeguards/policy.c safeguards/policy.h \
  safeguards/repeat.c \
  safeguards/testfile.c \
  safeguards/unit.c
