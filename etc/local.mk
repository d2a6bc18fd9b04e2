# etc
# The example is for reading; the site's own sluss.conf is never touched.
pkgsysconfdir = $(sysconfdir)/sluss
dist_pkgsysconf_DATA = etc/sluss.conf.example
