// SPDX-License-Identifier: Apache-2.0
//
// Signals are blocked and waited for, so none is lost between two looks and no handler runs. Those
// that the caller had ignored (nohup) stay ignored, for both. A terminal's own (si_code SI_KERNEL)
// went to the whole process group: the program has it already, and so it has what it sent itself.
// Of what others send nobody can tell whether it went to us alone (kill $! of a script, which is in
// our group) or to the group (timeout): it is passed on, since twice is better than never.

#include "cmd/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NOT_FOUND     127
#define NOT_RUN       126
#define SIGNAL_BASE   128
#define HURRY_SECONDS 3

static const int passed_on[] = {SIGINT,  SIGTERM, SIGHUP,  SIGQUIT, SIGUSR1,
                                SIGUSR2, SIGTSTP, SIGCONT, SIGWINCH};

struct running {
    pid_t pid;
    sigset_t waited;
    sigset_t before; // the mask as we were given it
    struct sigaction child_before;
};

static bool is_ignored(int signal_number)
{
    struct sigaction a;
    return sigaction(signal_number, NULL, &a) == 0 && a.sa_handler == SIG_IGN;
}

static void take_signals(struct running *r)
{
    struct sigaction standard = {.sa_handler = SIG_DFL};
    sigemptyset(&r->waited);
    for (size_t i = 0; i < sizeof passed_on / sizeof passed_on[0]; i++)
        if (!is_ignored(passed_on[i]))
            sigaddset(&r->waited, passed_on[i]);
    sigaddset(&r->waited, SIGCHLD);
    sigaction(SIGCHLD, &standard, &r->child_before); // ignored, it would tell no exit status
    sigprocmask(SIG_BLOCK, &r->waited, &r->before);
}

// In the child. `report` tells why it could not start; a program that starts closes it.
static _Noreturn void become(const struct child_setup *setup, const struct running *r, int report)
{
    setup->prepare(setup->context);
    sigaction(SIGCHLD, &r->child_before, NULL);
    sigprocmask(SIG_SETMASK, &r->before, NULL);
    execvp(setup->argv[0], setup->argv);
    int error = errno;
    (void)!write(report, &error, sizeof error);
    _exit(error == ENOENT ? NOT_FOUND : NOT_RUN);
}

// Stops us as the program was stopped, until somebody lets us go on.
static void stop_too(int signal_number)
{
    sigset_t one;
    sigemptyset(&one);
    sigaddset(&one, signal_number);
    raise(signal_number);
    sigprocmask(SIG_UNBLOCK, &one, NULL); // it is taken here
    sigprocmask(SIG_BLOCK, &one, NULL);
}

// True when the program has ended.
static bool look(const struct running *r, int *exit_code)
{
    int status = 0;
    pid_t pid;
    while ((pid = waitpid(r->pid, &status, WNOHANG | WUNTRACED)) != 0) {
        if (pid < 0 && errno == EINTR)
            continue;
        if (pid > 0 && WIFSTOPPED(status)) {
            stop_too(WSTOPSIG(status));
            continue;
        }
        *exit_code = pid < 0               ? NOT_RUN
                     : WIFSIGNALED(status) ? SIGNAL_BASE + WTERMSIG(status)
                                           : WEXITSTATUS(status);
        return true;
    }
    return false;
}

static int wait_for(const struct running *r)
{
    int exit_code = 0;
    while (!look(r, &exit_code)) {
        siginfo_t info;
        int got = sigwaitinfo(&r->waited, &info);
        if (got > 0 && got != SIGCHLD && (info.si_code <= 0 || got == SIGCONT) &&
            info.si_pid != r->pid)
            kill(r->pid, got);
    }
    return exit_code;
}

// A reader of its output sees the end when the program ends it, not when we do.
static void let_go(void)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0)
        return;
    dup2(null, STDIN_FILENO);
    dup2(null, STDOUT_FILENO);
    close(null);
}

// --- after it ---

static volatile sig_atomic_t hurried;
static int program_code; // set before the handlers are

bool child_hurried(void)
{
    return hurried;
}

static void hurry(int signal_number)
{
    static const char said[] =
        "costlens: interrupted before the bill was had. Later: costlens report --by key\n";
    if (hurried || signal_number == SIGALRM) {
        (void)!write(STDERR_FILENO, said, sizeof said - 1);
        _exit(program_code);
    }
    hurried = 1;
    alarm(HURRY_SECONDS);
}

// From here on they hurry us. What came while the program ended was meant for it.
static void give_back_signals(const struct running *r, int exit_code)
{
    static const int hurrying[] = {SIGINT, SIGTERM, SIGHUP, SIGALRM};
    const struct timespec at_once = {0};
    const struct sigaction action = {.sa_handler = hurry};
    sigset_t mask = r->before;
    program_code = exit_code;
    while (sigtimedwait(&r->waited, NULL, &at_once) > 0)
        ;
    for (size_t i = 0; i < sizeof hurrying / sizeof hurrying[0]; i++)
        if (hurrying[i] == SIGALRM || !is_ignored(hurrying[i]))
            sigaction(hurrying[i], &action, NULL);
    sigdelset(&mask, SIGALRM);
    sigprocmask(SIG_SETMASK, &mask, NULL);
}

void child_run(const struct child_setup *setup, struct child_end *end)
{
    struct running r;
    int report[2] = {-1, -1};
    *end = (struct child_end){.exit_code = NOT_RUN};
    if (pipe2(report, O_CLOEXEC) != 0) {
        end->error = errno;
        return;
    }
    take_signals(&r);
    r.pid = fork();
    if (r.pid == 0)
        become(setup, &r, report[1]);
    if (r.pid < 0)
        end->error = errno;
    close(report[1]);
    signal(SIGPIPE, SIG_IGN); // the program has the caller's
    let_go();
    if (r.pid > 0 && read(report[0], &end->error, sizeof end->error) != sizeof end->error)
        end->error = 0;
    close(report[0]);
    if (r.pid > 0)
        end->exit_code = wait_for(&r);
    give_back_signals(&r, end->exit_code);
}
