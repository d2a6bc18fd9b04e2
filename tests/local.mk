# Unit tests mirror the tree; each folder lists its own. A program FOO_test is made of FOO_test.c
# and linked with the library it tests and those below it.
if HAVE_CMOCKA
unit_libs = $(CMOCKA_LIBS)
include tests/unit/model/local.mk
include tests/unit/conf/local.mk
include tests/unit/parsers/local.mk
include tests/unit/safeguards/local.mk
include tests/unit/store/local.mk
include tests/unit/outbound/local.mk
include tests/unit/daemon/local.mk
include tests/unit/ctl/local.mk
endif
include tests/fuzz/local.mk
TESTS += tests/unit/layers.test tests/unit/phrases.test
EXTRA_DIST += tests/unit/layers.test tests/unit/phrases.test tests/unit/literals.awk
TEST_EXTENSIONS = .test
