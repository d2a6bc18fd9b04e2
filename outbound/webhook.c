/* webhook.c -- see webhook.h */
#include "outbound/webhook.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/date.h"
#include "model/error.h"
#include "model/text.h"

struct secret {
    char text[WEBHOOK_KEY_MOST + 2];
    struct span key;
};

/* --- the signature ------------------------------------------------------------------------ */

void webhook_sign(struct span key, int64_t timestamp_s, struct span body,
                  char out[WEBHOOK_SIGNATURE_SIZE])
{
    crypto_auth_hmacsha256_state state;
    uint8_t mac[crypto_auth_hmacsha256_BYTES];
    struct buf stamp;

    buf_init(&stamp, 32);
    buf_printf(&stamp, "%lld.", (long long)timestamp_s);
    crypto_auth_hmacsha256_init(&state, (const uint8_t *)key.p, key.n);
    crypto_auth_hmacsha256_update(&state, (const uint8_t *)buf_cstr(&stamp), stamp.n);
    crypto_auth_hmacsha256_update(&state, (const uint8_t *)body.p, body.n);
    crypto_auth_hmacsha256_final(&state, mac);
    memcpy(out, "sha256=", 7);
    sodium_bin2hex(out + 7, WEBHOOK_SIGNATURE_SIZE - 7, mac, sizeof mac);
    sodium_memzero(&state, sizeof state);
    buf_free(&stamp);
}

static int wrong(struct buf *why, const char *what)
{
    buf_printf(why, "webhook-key-file: %s", what);
    return SLUSS_EIO;
}

static int read_open(int fd, struct secret *secret, struct buf *why)
{
    struct stat st;
    ssize_t n;
    const char *end;

    if (fstat(fd, &st) != 0)
        return wrong(why, strerror(errno));
    if (!S_ISREG(st.st_mode))
        return wrong(why, "not a file");
    if (st.st_mode & S_IRWXO)
        return wrong(why, "others may read or change it; chmod o=, and have the key replaced");
    n = read(fd, secret->text, sizeof secret->text);
    if (n < 0)
        return wrong(why, strerror(errno));
    end = memchr(secret->text, '\n', (size_t)n);
    secret->key = span_trim(span_of(secret->text, end ? (size_t)(end - secret->text) : (size_t)n));
    if (secret->key.n < WEBHOOK_KEY_LEAST || secret->key.n > WEBHOOK_KEY_MOST)
        return wrong(why, "its first line is no key of 16 to 1024 bytes");
    return 0;
}

static int read_secret(const struct webhook *webhook, struct secret *secret, struct buf *why)
{
    struct buf path;
    int fd, rc;

    buf_init(&path, 8192);
    if (strchr(webhook->key_file, '/'))
        buf_str(&path, webhook->key_file);
    else if (webhook->credentials)
        buf_printf(&path, "%s/%s", webhook->credentials, webhook->key_file);
    else
        return wrong(why, "a credential, and there are none; start slussd with LoadCredential=");
    /* A pipe would have us wait for its writer. */
    fd = open(buf_cstr(&path), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    buf_free(&path);
    if (fd < 0)
        return wrong(why, strerror(errno));
    rc = read_open(fd, secret, why);
    close(fd);
    return rc;
}

/* --- the request -------------------------------------------------------------------------- */

/* What the other side answers is of no use to us. */
static size_t swallow(char *data, size_t size, size_t n, void *context)
{
    (void)data;
    (void)context;
    return size * n;
}

static struct curl_slist *headers_of(const char *signature, int64_t timestamp_s)
{
    static const char *const fixed[] = {"Content-Type: application/json",
                                        "Expect:", "User-Agent: slussd"};
    struct curl_slist *list = NULL, *more;
    char line[128];

    for (size_t i = 0; i < sizeof fixed / sizeof *fixed + 2; i++) {
        const char *text = i < sizeof fixed / sizeof *fixed ? fixed[i] : line;

        if (i == sizeof fixed / sizeof *fixed)
            (void)snprintf(line, sizeof line, "X-Sluss-Timestamp: %lld", (long long)timestamp_s);
        else if (i > sizeof fixed / sizeof *fixed)
            (void)snprintf(line, sizeof line, "X-Sluss-Signature: %s", signature);
        more = curl_slist_append(list, text);
        if (!more) {
            curl_slist_free_all(list);
            return NULL;
        }
        list = more;
    }
    return list;
}

static bool prepare(CURL *curl, const struct webhook *webhook, struct span body,
                    struct curl_slist *headers, char *error)
{
    bool ok = true;

    ok &= curl_easy_setopt(curl, CURLOPT_URL, webhook->url) == CURLE_OK;
    ok &= curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https,http") == CURLE_OK;
    ok &= curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK;
    ok &= curl_easy_setopt(curl, CURLOPT_PROXY, "") == CURLE_OK; /* the environment says nothing */
    ok &= curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK;
    ok &=
        curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)(webhook->timeout_us / 1000)) == CURLE_OK;
    ok &= curl_easy_setopt(curl, CURLOPT_POST, 1L) == CURLE_OK;
    ok &= curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.p) == CURLE_OK;
    ok &= curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.n) == CURLE_OK;
    ok &= curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers) == CURLE_OK;
    ok &= curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, swallow) == CURLE_OK;
    ok &= curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error) == CURLE_OK;
    return ok;
}

static int perform(CURL *curl, const char *error, struct buf *why)
{
    CURLcode code = curl_easy_perform(curl);
    long status = 0;

    if (code != CURLE_OK) {
        buf_str(why, "webhook: ");
        text_escape(why, span_str(error[0] ? error : curl_easy_strerror(code)));
        return code == CURLE_OUT_OF_MEMORY ? SLUSS_ENOMEM : SLUSS_EIO;
    }
    (void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    if (status >= 200 && status <= 299)
        return 0;
    buf_printf(why, "webhook: answered %ld", status);
    return SLUSS_EIO;
}

int webhook_post(const struct webhook *webhook, struct span body, int64_t now_us, struct buf *why)
{
    char signature[WEBHOOK_SIGNATURE_SIZE], error[CURL_ERROR_SIZE] = "";
    struct secret secret;
    struct curl_slist *headers;
    CURL *curl;
    int rc = read_secret(webhook, &secret, why);

    if (rc == 0)
        webhook_sign(secret.key, now_us / SECOND_US, body, signature);
    sodium_memzero(&secret, sizeof secret);
    if (rc)
        return rc;
    curl = curl_easy_init();
    headers = headers_of(signature, now_us / SECOND_US);
    rc = SLUSS_ENOMEM;
    if (curl && headers && prepare(curl, webhook, body, headers, error))
        rc = perform(curl, error, why);
    curl_slist_free_all(headers);
    if (curl)
        curl_easy_cleanup(curl);
    return rc;
}
