# Unit tests of conf/.
conf_tests = \
  tests/unit/conf/conf_test tests/unit/conf/keys_test tests/unit/conf/problem_test tests/unit/conf/schema_test \
  tests/unit/conf/source_test tests/unit/conf/value_test
check_PROGRAMS += $(conf_tests)
TESTS += $(conf_tests)
tests_unit_conf_conf_test_LDADD = $(conf_libs) $(model_libs) $(unit_libs)
tests_unit_conf_keys_test_LDADD = $(conf_libs) $(model_libs) $(unit_libs)
tests_unit_conf_problem_test_LDADD = $(conf_libs) $(model_libs) $(unit_libs)
tests_unit_conf_schema_test_LDADD = $(conf_libs) $(model_libs) $(unit_libs)
tests_unit_conf_source_test_LDADD = $(conf_libs) $(model_libs) $(unit_libs)
tests_unit_conf_value_test_LDADD = $(conf_libs) $(model_libs) $(unit_libs)
