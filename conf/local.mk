# conf/: the configuration, read and checked.
noinst_LIBRARIES += libconf.a
libconf_a_SOURCES = conf/conf.c conf/conf.h conf/schema.c conf/schema.h
