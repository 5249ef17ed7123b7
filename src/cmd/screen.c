// SPDX-License-Identifier: Apache-2.0

#include "cmd/screen.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "base/buf.h"

#define ENTER "\033[?1049h\033[?25l\033[2J"
#define LEAVE "\033[m\033[?25h\033[?1049l"

// Of the one terminal there is; read by the handlers.
static struct termios before;
static volatile sig_atomic_t taken;

static const int ends[] = {SIGINT,  SIGTERM, SIGHUP, SIGQUIT, SIGPIPE,
                           SIGSEGV, SIGABRT, SIGBUS, SIGFPE,  SIGILL};
#define END_COUNT (sizeof ends / sizeof ends[0])

// Both are safe in a handler.
static void put(const char *text, size_t len)
{
    while (len > 0) {
        ssize_t n = write(STDOUT_FILENO, text, len);
        if (n < 0 && errno != EINTR)
            return;
        if (n > 0) {
            text += n;
            len -= (size_t)n;
        }
    }
}

static bool enter(void)
{
    struct termios raw = before;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    raw.c_cc[VMIN] = 0;
    raw.c_cc[VTIME] = 0;
    if (tcsetattr(STDIN_FILENO, TCSANOW, &raw) != 0)
        return false;
    put(ENTER, sizeof ENTER - 1);
    taken = 1;
    return true;
}

static void leave(void)
{
    if (!taken)
        return;
    taken = 0;
    put(LEAVE, sizeof LEAVE - 1);
    (void)tcsetattr(STDIN_FILENO, TCSANOW, &before);
}

static void on_end(int number)
{
    leave();
    (void)signal(number, SIG_DFL);
    (void)raise(number);
}

static void on_stop(int number)
{
    (void)number;
    int kept = errno;
    leave();
    (void)raise(SIGSTOP);
    (void)enter();
    errno = kept;
}

static void on_size(int number)
{
    (void)number; // it wakes screen_key
}

// What the caller ignores (nohup) stays ignored.
static void handle(int number, void (*f)(int))
{
    struct sigaction a = {.sa_handler = f}, old;
    if (sigaction(number, NULL, &old) != 0 || old.sa_handler == SIG_IGN)
        return;
    sigemptyset(&a.sa_mask);
    (void)sigaction(number, &a, NULL);
}

bool screen_can(void)
{
    const char *term = getenv("TERM");
    return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && term && term[0] &&
           !str_is(str_of(term), "dumb");
}

bool screen_open(void)
{
    if (tcgetattr(STDIN_FILENO, &before) != 0)
        return false;
    for (size_t i = 0; i < END_COUNT; i++)
        handle(ends[i], on_end);
    handle(SIGTSTP, on_stop);
    handle(SIGWINCH, on_size);
    return enter();
}

void screen_close(void)
{
    leave();
    for (size_t i = 0; i < END_COUNT; i++)
        handle(ends[i], SIG_DFL);
    handle(SIGTSTP, SIG_DFL);
    handle(SIGWINCH, SIG_DFL);
}

void screen_size(unsigned *columns, unsigned *rows)
{
    struct winsize size = {0};
    (void)ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
    *columns = size.ws_col ? size.ws_col : 80;
    *rows = size.ws_row ? size.ws_row : 24;
}

void screen_draw(struct str lines, unsigned rows, unsigned marked)
{
    struct buf out;
    struct str line;
    buf_init(&out, &alloc_heap, 0);
    for (unsigned i = 0; i < rows && str_cut(&lines, '\n', &line); i++) {
        // Erased first: behind a line as wide as the terminal its last character would go.
        buf_printf(&out, "\033[%u;1H\033[K%s", i + 1, i == marked ? "\033[7m" : "");
        buf_add(&out, line);
        buf_add_cstr(&out, "\033[m");
    }
    put(out.ptr, buf_failed(&out) ? 0 : out.len);
    buf_fini(&out);
}

int screen_key(int wait_ms)
{
    struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
    char keys[64];
    int n = poll(&in, 1, wait_ms);
    if (n <= 0)
        return SCREEN_NO_KEY;
    ssize_t got = read(STDIN_FILENO, keys, 1);
    if (got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN))
        return SCREEN_CLOSED;
    if (got < 0)
        return SCREEN_NO_KEY;
    if (keys[0] == '\033' && poll(&in, 1, 0) > 0) {
        (void)!read(STDIN_FILENO, keys, sizeof keys);
        return SCREEN_NO_KEY;
    }
    return (unsigned char)keys[0];
}
