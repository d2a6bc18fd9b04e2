# Unit tests of gate/.
gate_tests = tests/unit/gate/assessment_test tests/unit/gate/counts_test tests/unit/gate/habit_row_test
check_PROGRAMS += $(gate_tests)
TESTS += $(gate_tests)
gate_test_libs = $(gate_libs) $(store_libs) $(safeguard_libs) $(model_libs) $(unit_libs)
tests_unit_gate_assessment_test_SOURCES = tests/unit/gate/assessment_test.c tests/unit/store/support.h
tests_unit_gate_assessment_test_LDADD = $(gate_test_libs)
tests_unit_gate_counts_test_SOURCES = tests/unit/gate/counts_test.c tests/unit/store/support.h
tests_unit_gate_counts_test_LDADD = $(gate_test_libs)
tests_unit_gate_habit_row_test_LDADD = $(gate_test_libs)
