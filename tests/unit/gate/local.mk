# Unit tests of gate/.
gate_tests = tests/unit/gate/counts_test
check_PROGRAMS += $(gate_tests)
TESTS += $(gate_tests)
tests_unit_gate_counts_test_SOURCES = tests/unit/gate/counts_test.c tests/unit/store/support.h
tests_unit_gate_counts_test_LDADD = $(gate_libs) $(store_libs) $(safeguard_libs) $(model_libs) $(unit_libs)
