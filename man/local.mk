# man
dist_man_MANS += man/sluss.conf.5 man/sluss-layout.5 man/slussctl.1 man/slussd.8
