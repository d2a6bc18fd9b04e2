# literals.awk -- the string literals of C sources, each with its place
#
# Prints FILE:LINE, the calls around it (outermost first, "/" between), which argument of the
# innermost it is, the member it is assigned to (".title") or "-", and the text as the compiler
# joins it, escapes as written. Tab-separated.

function note_word(word) {
    if (word != "")
        last = word
}

function finish_literal(    path, i) {
    if (!pending)
        return
    path = ""
    for (i = 1; i <= depth; i++)
        if (call[i] != "")
            path = path "/" call[i]
    printf "%s:%d\t%s\t%d\t%s\t%s\n", name, literal_line, path == "" ? "-" : path, \
        depth ? argument[depth] : 0, member == "" ? "-" : member, literal
    pending = 0
    literal = ""
}

function scan(text,    i, n, c, two, word, piece) {
    n = length(text)
    i = 1
    while (i <= n) {
        c = substr(text, i, 1)
        two = substr(text, i, 2)
        if (comment) {
            if (two == "*/") { comment = 0; i++ }
            i++
            continue
        }
        if (two == "/*") { comment = 1; i += 2; continue }
        if (two == "//") return
        if (c == " " || c == "\t" || c == "\\") { i++; continue }
        if (c == "\"") {
            if (!pending) { pending = 1; literal_line = FNR }
            for (i++; i <= n; i++) {
                c = substr(text, i, 1)
                if (c == "\"") break
                literal = literal c
                if (c == "\\") { i++; literal = literal substr(text, i, 1) }
            }
            i++
            continue
        }
        finish_literal()
        if (c == "'") {
            for (i++; i <= n && substr(text, i, 1) != "'"; i++)
                if (substr(text, i, 1) == "\\") i++
            i++
            continue
        }
        if (match(substr(text, i), /^\.?[A-Za-z_][A-Za-z_0-9]*/)) {
            word = substr(text, i, RLENGTH)
            if (substr(word, 1, 1) == ".") member = word
            note_word(word)
            i += RLENGTH
            continue
        }
        if (c == "(" || c == "{" || c == "[") {
            call[++depth] = c == "(" ? last : ""
            argument[depth] = 0
        } else if ((c == ")" || c == "}" || c == "]") && depth) {
            depth--
        } else if (c == ",") {
            if (depth) argument[depth]++
            member = ""
        } else if (c == ";") {
            member = ""
        }
        last = c == "]" ? last : ""
        i++
    }
}

FNR == 1 { depth = comment = pending = 0; literal = member = last = ""; name = FILENAME }
/^[ \t]*#[ \t]*(include|error|pragma)/ { next }
# A macro's body stands for itself.
/^[ \t]*#[ \t]*define/ { depth = 0; sub(/^[ \t]*#[ \t]*define[ \t]+/, "") }
{ scan($0) }
END { finish_literal() }
