# Unit tests of daemon/.
daemon_test_libs = $(daemon_libs) $(outbound_libs) $(store_libs) libsafeguards.a $(parser_libs) \
  $(conf_libs) $(model_libs) $(JANSSON_LIBS) $(unit_libs)

pool_tests = tests/unit/daemon/pool_test tests/unit/daemon/wire_test
check_PROGRAMS += $(pool_tests)
TESTS += $(pool_tests)
tests_unit_daemon_pool_test_LDADD = $(daemon_test_libs)
tests_unit_daemon_wire_test_LDADD = $(daemon_test_libs)
