# gate/: one delivery weighed against the past; the same for the daemon and for a backtest.
noinst_LIBRARIES += libgate.a
libgate_a_SOURCES = \
  gate/assessment.c gate/assessment.h \
  gate/counts.c gate/counts.h \
  gate/habit_row.c gate/habit_row.h
