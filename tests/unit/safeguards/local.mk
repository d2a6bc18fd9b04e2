# Unit tests of safeguards/.
safeguards_tests = tests/unit/safeguards/profile_test \
  tests/unit/safeguards/dates_test tests/unit/safeguards/origin_test tests/unit/safeguards/paid_test \
  tests/unit/safeguards/resemblance_test tests/unit/safeguards/shape_test tests/unit/safeguards/volume_test \
  tests/unit/safeguards/chance_test tests/unit/safeguards/habit_test \
  tests/unit/safeguards/signal_test tests/unit/safeguards/sketch_test \
  tests/unit/safeguards/learned_test tests/unit/safeguards/hour_test \
  tests/unit/safeguards/prescribed_test \
  tests/unit/safeguards/duplicate_test tests/unit/safeguards/engine_test \
  tests/unit/safeguards/fingerprint_test tests/unit/safeguards/policy_test \
  tests/unit/safeguards/repeat_test tests/unit/safeguards/silence_test tests/unit/safeguards/testfile_test \
  tests/unit/safeguards/unit_test
check_PROGRAMS += $(safeguards_tests)
TESTS += $(safeguards_tests)
safeguards_test_libs = $(safeguard_libs) $(model_libs) $(unit_libs)
tests_unit_safeguards_duplicate_test_SOURCES = \
  tests/unit/safeguards/duplicate_test.c tests/unit/safeguards/past.c tests/unit/safeguards/past.h \
  tests/unit/safeguards/ordinary.c tests/unit/safeguards/ordinary.h
tests_unit_safeguards_duplicate_test_LDADD = $(safeguards_test_libs)
tests_unit_safeguards_engine_test_SOURCES = \
  tests/unit/safeguards/engine_test.c tests/unit/safeguards/past.c tests/unit/safeguards/past.h
tests_unit_safeguards_engine_test_LDADD = $(safeguards_test_libs)
tests_unit_safeguards_fingerprint_test_LDADD = $(safeguards_test_libs)
tests_unit_safeguards_learned_test_LDADD = $(safeguards_test_libs)
tests_unit_safeguards_policy_test_LDADD = $(safeguards_test_libs)
tests_unit_safeguards_repeat_test_SOURCES = \
  tests/unit/safeguards/repeat_test.c tests/unit/safeguards/past.c tests/unit/safeguards/past.h
tests_unit_safeguards_repeat_test_LDADD = $(safeguards_test_libs)
tests_unit_safeguards_silence_test_LDADD = $(safeguards_test_libs)
tests_unit_safeguards_testfile_test_LDADD = $(safeguards_test_libs)
tests_unit_safeguards_unit_test_LDADD = $(safeguards_test_libs)
tests_unit_safeguards_chance_test_LDADD = $(safeguards_test_libs)
tests_unit_safeguards_sketch_test_LDADD = $(safeguards_test_libs)
# A habit of ordinary deliveries, for the tests of what is measured against it.
ordinary = tests/unit/safeguards/ordinary.c tests/unit/safeguards/ordinary.h
tests_unit_safeguards_habit_test_SOURCES = tests/unit/safeguards/habit_test.c $(ordinary)
tests_unit_safeguards_habit_test_LDADD = $(safeguards_test_libs)
tests_unit_safeguards_signal_test_SOURCES = tests/unit/safeguards/signal_test.c $(ordinary)
tests_unit_safeguards_signal_test_LDADD = $(safeguards_test_libs)
tests_unit_safeguards_dates_test_SOURCES = tests/unit/safeguards/dates_test.c $(ordinary)
tests_unit_safeguards_dates_test_LDADD = $(safeguards_test_libs)
tests_unit_safeguards_origin_test_SOURCES = tests/unit/safeguards/origin_test.c $(ordinary)
tests_unit_safeguards_origin_test_LDADD = $(safeguards_test_libs)
tests_unit_safeguards_paid_test_SOURCES = tests/unit/safeguards/paid_test.c $(ordinary)
tests_unit_safeguards_paid_test_LDADD = $(safeguards_test_libs)
tests_unit_safeguards_resemblance_test_SOURCES = tests/unit/safeguards/resemblance_test.c $(ordinary)
tests_unit_safeguards_resemblance_test_LDADD = $(safeguards_test_libs)
tests_unit_safeguards_hour_test_SOURCES = tests/unit/safeguards/hour_test.c $(ordinary)
tests_unit_safeguards_hour_test_LDADD = $(safeguards_test_libs)
tests_unit_safeguards_prescribed_test_SOURCES = tests/unit/safeguards/prescribed_test.c $(ordinary)
tests_unit_safeguards_prescribed_test_LDADD = $(safeguards_test_libs)
tests_unit_safeguards_shape_test_SOURCES = tests/unit/safeguards/shape_test.c $(ordinary)
tests_unit_safeguards_shape_test_LDADD = $(safeguards_test_libs)
tests_unit_safeguards_volume_test_SOURCES = tests/unit/safeguards/volume_test.c $(ordinary)
tests_unit_safeguards_volume_test_LDADD = $(safeguards_test_libs)
tests_unit_safeguards_profile_test_LDADD = $(safeguards_test_libs)
