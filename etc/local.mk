# etc
# The example is for reading; the site's own sluss.conf is never touched.
pkgsysconfdir = $(sysconfdir)/sluss
dist_pkgsysconf_DATA = etc/sluss.conf.example
# The wording of receipts; a site that wants its own copies them and sets template-dir.
templatesdir = $(pkgdatadir)/templates
dist_templates_DATA = \
  etc/templates/receipt.en.html etc/templates/receipt.en.txt \
  etc/templates/receipt.sv.html etc/templates/receipt.sv.txt
# Layouts to begin one's own with; none is in force until the configuration names it.
layoutsdir = $(pkgdatadir)/layouts
dist_layouts_DATA = \
  etc/layouts/cases-fixed.layout etc/layouts/invoice-register.layout etc/layouts/ledger.layout
