# Unit tests of store/.
store_tests = \
  tests/unit/store/habits_test tests/unit/store/prior_test tests/unit/store/runs_test tests/unit/store/merge_crash_test \
  tests/unit/store/alerts_test tests/unit/store/audit_test tests/unit/store/db_test tests/unit/store/deliveries_test \
  tests/unit/store/outbox_test tests/unit/store/queue_test tests/unit/store/report_test \
  tests/unit/store/schema_test tests/unit/store/secret_test tests/unit/store/seen_test \
  tests/unit/store/spool_test \
  tests/unit/store/store_test tests/unit/store/tracks_test \
  tests/unit/store/units_test
check_PROGRAMS += $(store_tests)
TESTS += $(store_tests)
store_test_libs = $(store_libs) $(model_libs) $(unit_libs)
tests_unit_store_audit_test_SOURCES = tests/unit/store/audit_test.c tests/unit/store/support.h
tests_unit_store_audit_test_LDADD = $(store_test_libs)
tests_unit_store_db_test_SOURCES = tests/unit/store/db_test.c tests/unit/store/support.h
tests_unit_store_db_test_LDADD = $(store_test_libs)
tests_unit_store_deliveries_test_SOURCES = tests/unit/store/deliveries_test.c tests/unit/store/support.h
tests_unit_store_deliveries_test_LDADD = $(store_test_libs)
tests_unit_store_merge_crash_test_SOURCES = tests/unit/store/merge_crash_test.c tests/unit/store/support.h
tests_unit_store_merge_crash_test_LDADD = $(store_test_libs)
tests_unit_store_merge_crash_test_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=write -Wl,--wrap=fsync \
  -Wl,--wrap=unlinkat -Wl,--wrap=run_create -Wl,--wrap=db_run -Wl,--wrap=db_commit
tests_unit_store_outbox_test_SOURCES = tests/unit/store/outbox_test.c tests/unit/store/support.h
tests_unit_store_outbox_test_LDADD = $(store_test_libs)
tests_unit_store_queue_test_SOURCES = tests/unit/store/queue_test.c tests/unit/store/support.h
tests_unit_store_queue_test_LDADD = $(store_test_libs)
tests_unit_store_schema_test_SOURCES = tests/unit/store/schema_test.c tests/unit/store/support.h
tests_unit_store_schema_test_LDADD = $(store_test_libs)
tests_unit_store_secret_test_SOURCES = tests/unit/store/secret_test.c tests/unit/store/support.h
tests_unit_store_secret_test_LDADD = $(store_test_libs)
tests_unit_store_seen_test_SOURCES = tests/unit/store/seen_test.c tests/unit/store/support.h
tests_unit_store_seen_test_LDADD = $(store_test_libs)
tests_unit_store_spool_test_SOURCES = tests/unit/store/spool_test.c tests/unit/store/support.h
tests_unit_store_spool_test_LDADD = $(store_test_libs)
tests_unit_store_store_test_SOURCES = tests/unit/store/store_test.c tests/unit/store/support.h
tests_unit_store_store_test_LDADD = $(store_test_libs)
tests_unit_store_tracks_test_SOURCES = tests/unit/store/tracks_test.c tests/unit/store/support.h
tests_unit_store_tracks_test_LDADD = $(store_test_libs)
tests_unit_store_units_test_SOURCES = tests/unit/store/units_test.c tests/unit/store/support.h
tests_unit_store_units_test_LDADD = $(store_test_libs)
tests_unit_store_habits_test_SOURCES = tests/unit/store/habits_test.c tests/unit/store/support.h
tests_unit_store_habits_test_LDADD = $(store_test_libs)
tests_unit_store_prior_test_SOURCES = tests/unit/store/prior_test.c tests/unit/store/support.h
tests_unit_store_prior_test_LDADD = $(store_test_libs)
tests_unit_store_runs_test_SOURCES = tests/unit/store/runs_test.c tests/unit/store/support.h
tests_unit_store_runs_test_LDADD = $(store_test_libs)
tests_unit_store_alerts_test_SOURCES = tests/unit/store/alerts_test.c tests/unit/store/support.h
tests_unit_store_alerts_test_LDADD = $(store_test_libs)
tests_unit_store_report_test_SOURCES = tests/unit/store/report_test.c tests/unit/store/support.h
tests_unit_store_report_test_LDADD = $(store_test_libs)
