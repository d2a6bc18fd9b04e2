# conf/: the configuration, read and checked.
noinst_LIBRARIES += libconf.a
libconf_a_SOURCES = \
  conf/conf.c conf/conf.h \
  conf/keys.c conf/keys.h \
  conf/problem.c conf/problem.h \
  conf/layouts.c conf/layouts.h \
  conf/schema.c conf/schema.h \
  conf/source.c conf/source.h \
  conf/value.c conf/value.h
