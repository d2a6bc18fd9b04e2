# Unit tests of model/.
model_tests = \
  tests/unit/model/arena_test tests/unit/model/buf_test tests/unit/model/calendar_test tests/unit/model/date_test \
  tests/unit/model/delivery_test tests/unit/model/error_test tests/unit/model/html_test tests/unit/model/period_test tests/unit/model/finding_test \
  tests/unit/model/ident_test tests/unit/model/json_test tests/unit/model/money_test \
  tests/unit/model/likelihood_test tests/unit/model/penalty_test tests/unit/model/phrase_test tests/unit/model/seal_test tests/unit/model/text_test \
  tests/unit/model/charset_test tests/unit/model/utf16_test
check_PROGRAMS += $(model_tests)
TESTS += $(model_tests)
tests_unit_model_arena_test_LDADD = $(model_libs) $(unit_libs)
tests_unit_model_buf_test_LDADD = $(model_libs) $(unit_libs)
tests_unit_model_calendar_test_LDADD = $(model_libs) $(unit_libs)
tests_unit_model_date_test_LDADD = $(model_libs) $(unit_libs)
tests_unit_model_delivery_test_LDADD = $(model_libs) $(unit_libs)
tests_unit_model_error_test_LDADD = $(model_libs) $(unit_libs)
tests_unit_model_finding_test_LDADD = $(model_libs) $(unit_libs)
tests_unit_model_ident_test_LDADD = $(model_libs) $(unit_libs)
tests_unit_model_json_test_LDADD = $(model_libs) $(JANSSON_LIBS) $(unit_libs)
tests_unit_model_likelihood_test_LDADD = $(model_libs) $(unit_libs)
tests_unit_model_money_test_LDADD = $(model_libs) $(unit_libs)
tests_unit_model_penalty_test_LDADD = $(model_libs) $(unit_libs)
tests_unit_model_phrase_test_LDADD = $(model_libs) $(unit_libs)
tests_unit_model_seal_test_LDADD = $(model_libs) $(unit_libs)
tests_unit_model_text_test_LDADD = $(model_libs) $(unit_libs)
tests_unit_model_charset_test_LDADD = $(model_libs) $(unit_libs)
tests_unit_model_utf16_test_LDADD = $(model_libs) $(unit_libs)
tests_unit_model_html_test_LDADD = $(model_libs) $(unit_libs)
tests_unit_model_period_test_LDADD = $(model_libs) $(unit_libs)
