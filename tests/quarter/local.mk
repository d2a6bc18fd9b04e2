# tests/quarter/: a quarter by a simulated clock, for the reports to be held against.
#   make quarter            300 units, a whole quarter, checked by check.py
noinst_PROGRAMS += tests/quarter/quarter
tests_quarter_quarter_SOURCES = \
  tests/quarter/chance.h tests/quarter/quarter.c tests/quarter/relay.c tests/quarter/relay.h
tests_quarter_quarter_LDADD = $(outbound_libs) $(store_libs) $(conf_libs) $(model_libs) $(JANSSON_LIBS)
EXTRA_DIST += tests/quarter/check.py tests/quarter/large.py
QUARTER_UNITS = 300
QUARTER_A_DAY = 1200
quarter: slussd slussctl tests/quarter/quarter
	SLUSS_BUILD='$(abs_top_builddir)' \
	  $(PYTHON3) $(srcdir)/tests/quarter/large.py $(QUARTER_UNITS) $(QUARTER_A_DAY)
.PHONY: quarter
