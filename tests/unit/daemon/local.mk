# Unit tests of daemon/.
daemon_test_libs = $(daemon_libs) $(outbound_libs) $(gate_libs) $(store_libs) $(safeguard_libs) $(parser_libs) \
  $(conf_libs) $(model_libs) $(JANSSON_LIBS) $(unit_libs)

pool_tests = tests/unit/daemon/pool_test tests/unit/daemon/wire_test
check_PROGRAMS += $(pool_tests)
TESTS += $(pool_tests)
tests_unit_daemon_pool_test_LDADD = $(daemon_test_libs)
tests_unit_daemon_wire_test_LDADD = $(daemon_test_libs)

inbox_tests = \
  tests/unit/daemon/claim_test tests/unit/daemon/entries_test tests/unit/daemon/inbox_test \
  tests/unit/daemon/log_test tests/unit/daemon/loop_test tests/unit/daemon/settle_test \
  tests/unit/daemon/state_lock_test tests/unit/daemon/watch_test
check_PROGRAMS += $(inbox_tests)
TESTS += $(inbox_tests)
tests_unit_daemon_claim_test_SOURCES = tests/unit/daemon/claim_test.c tests/unit/daemon/scratch.h
tests_unit_daemon_claim_test_LDADD = $(daemon_test_libs)
tests_unit_daemon_entries_test_LDADD = $(daemon_test_libs)
tests_unit_daemon_inbox_test_SOURCES = tests/unit/daemon/inbox_test.c tests/unit/daemon/scratch.h
tests_unit_daemon_inbox_test_LDADD = $(daemon_test_libs)
tests_unit_daemon_inbox_test_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=loop_wall_us
tests_unit_daemon_log_test_SOURCES = tests/unit/daemon/log_test.c tests/unit/daemon/scratch.h
tests_unit_daemon_log_test_LDADD = $(daemon_test_libs)
tests_unit_daemon_loop_test_LDADD = $(daemon_test_libs)
tests_unit_daemon_settle_test_LDADD = $(daemon_test_libs)
tests_unit_daemon_state_lock_test_SOURCES = tests/unit/daemon/state_lock_test.c tests/unit/daemon/scratch.h
tests_unit_daemon_state_lock_test_LDADD = $(daemon_test_libs)
tests_unit_daemon_watch_test_SOURCES = tests/unit/daemon/watch_test.c tests/unit/daemon/scratch.h
tests_unit_daemon_watch_test_LDADD = $(daemon_test_libs)

check_PROGRAMS += tests/unit/daemon/outbound_process_test
TESTS += tests/unit/daemon/outbound_process_test
tests_unit_daemon_outbound_process_test_SOURCES = \
  tests/unit/daemon/outbound_process_test.c $(smtp_server)
tests_unit_daemon_outbound_process_test_LDADD = $(daemon_test_libs)

control_tests = tests/unit/daemon/commands_test tests/unit/daemon/control_server_test \
  tests/unit/daemon/control_test
check_PROGRAMS += $(control_tests)
TESTS += $(control_tests)
tests_unit_daemon_control_test_LDADD = $(daemon_test_libs)
tests_unit_daemon_commands_test_SOURCES = tests/unit/daemon/commands_test.c \
  tests/unit/daemon/gate.h tests/unit/store/support.h
tests_unit_daemon_commands_test_LDADD = $(daemon_test_libs)
tests_unit_daemon_commands_test_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=pipeline_commit \
  -Wl,--wrap=pipeline_ripen
tests_unit_daemon_control_server_test_SOURCES = tests/unit/daemon/control_server_test.c \
  tests/unit/daemon/gate.h tests/unit/store/support.h
tests_unit_daemon_control_server_test_LDADD = $(daemon_test_libs)
tests_unit_daemon_control_server_test_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=pipeline_commit \
  -Wl,--wrap=pipeline_ripen

pipeline_tests = tests/unit/daemon/decision_test tests/unit/daemon/pipeline_test \
  tests/unit/daemon/watches_test
check_PROGRAMS += $(pipeline_tests)
TESTS += $(pipeline_tests)
tests_unit_daemon_decision_test_SOURCES = tests/unit/daemon/decision_test.c \
  tests/unit/daemon/gate.h tests/unit/store/support.h
tests_unit_daemon_decision_test_LDADD = $(daemon_test_libs)
tests_unit_daemon_decision_test_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=pipeline_commit \
  -Wl,--wrap=pipeline_ripen
tests_unit_daemon_pipeline_test_SOURCES = tests/unit/daemon/pipeline_test.c \
  tests/unit/store/support.h
tests_unit_daemon_pipeline_test_LDADD = $(daemon_test_libs)

check_PROGRAMS += tests/unit/daemon/report_watch_test
TESTS += tests/unit/daemon/report_watch_test
tests_unit_daemon_report_watch_test_SOURCES = \
  tests/unit/daemon/report_watch_test.c tests/unit/store/support.h
tests_unit_daemon_report_watch_test_LDADD = $(daemon_test_libs)
tests_unit_daemon_watches_test_SOURCES = tests/unit/daemon/watches_test.c \
  tests/unit/daemon/gate.h tests/unit/store/support.h
tests_unit_daemon_watches_test_LDADD = $(daemon_test_libs)
tests_unit_daemon_watches_test_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=pipeline_commit \
  -Wl,--wrap=pipeline_ripen
