# systemd/: the unit and its user. Paths are those of configure.
systemdsystemunit_DATA = systemd/slussd.service
EXTRA_DIST += systemd/slussd.service.in systemd/sluss.sysusers
CLEANFILES += systemd/slussd.service

systemd/slussd.service: systemd/slussd.service.in Makefile
	$(AM_V_GEN)$(MKDIR_P) systemd && sed -e 's|@sbindir[@]|$(sbindir)|g' \
	  -e 's|@sysconfdir[@]|$(sysconfdir)|g' $(srcdir)/systemd/slussd.service.in > $@

install-data-hook:
	$(MKDIR_P) $(DESTDIR)$(sysusersdir)
	$(INSTALL_DATA) $(srcdir)/systemd/sluss.sysusers $(DESTDIR)$(sysusersdir)/sluss.conf

uninstall-hook:
	rm -f $(DESTDIR)$(sysusersdir)/sluss.conf
