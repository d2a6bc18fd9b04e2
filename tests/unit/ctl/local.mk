# Unit tests of ctl/.
ctl_test_libs = libctl.a liboutbound.a $(gate_libs) $(store_libs) $(safeguard_libs) $(parser_libs) $(conf_libs) $(model_libs) $(JANSSON_LIBS) $(unit_libs)
ctl_tests = tests/unit/ctl/backtest_html_test tests/unit/ctl/manifest_test \
  tests/unit/ctl/outcome_test tests/unit/ctl/options_test tests/unit/ctl/print_test \
  tests/unit/ctl/when_test
check_PROGRAMS += $(ctl_tests)
TESTS += $(ctl_tests)
tests_unit_ctl_backtest_html_test_LDADD = $(ctl_test_libs)
tests_unit_ctl_options_test_LDADD = $(ctl_test_libs)
tests_unit_ctl_print_test_LDADD = $(ctl_test_libs)
tests_unit_ctl_when_test_LDADD = $(ctl_test_libs)
tests_unit_ctl_manifest_test_LDADD = $(ctl_test_libs)
tests_unit_ctl_outcome_test_LDADD = $(ctl_test_libs)
