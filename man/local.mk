# man
dist_man_MANS += man/sluss.conf.5 man/slussd.8
