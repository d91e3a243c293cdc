package jumpvpn.node.host;

import java.io.IOException;

/** The kernel refused something. The message says what was attempted, the error's name, and what to do next. */
public final class LinuxException extends IOException {
    private static final long serialVersionUID = 1;

    private final int errno;

    /**
     * With advice of the caller's.
     *
     * @param attempted completes "cannot …"
     * @param advice what to do next
     */
    public LinuxException(int errno, String attempted, String advice) {
        super("cannot " + attempted + ": " + Errno.name(errno) + "; " + advice);
        this.errno = errno;
    }

    /**
     * With the usual advice for that error.
     *
     * @param attempted completes "cannot …"
     */
    public LinuxException(int errno, String attempted) {
        this(errno, attempted, advice(errno));
    }

    /** The error number, as in {@link Errno}. */
    public int errno() {
        return errno;
    }

    /**
     * The result of a call as it came, or its failure as an exception.
     *
     * @param result what a method of {@link Libc} returned
     */
    public static int check(int result, String attempted) throws LinuxException {
        if (result < 0) {
            throw new LinuxException(-result, attempted);
        }
        return result;
    }

    private static String advice(int errno) {
        return switch (errno) {
            case Errno.EPERM, Errno.EACCES ->
                "needs CAP_NET_ADMIN: run as root, or in a user namespace of your own (unshare -Urn)";
            case Errno.EADDRINUSE -> "another program has this port: see `ss -ulpn`, stop it or choose another port";
            case Errno.EADDRNOTAVAIL -> "no interface has this address: see `ip address`";
            case Errno.ENODEV -> "there is no such interface: see `ip link`";
            case Errno.EEXIST -> "it is there already: remove it, or choose another";
            case Errno.ESRCH -> "it is not there";
            case Errno.ENETDOWN -> "the interface is down: `ip link set NAME up`";
            case Errno.ENETUNREACH, Errno.EHOSTUNREACH -> "no route leads there: see `ip route get ADDRESS`";
            case Errno.EMFILE, Errno.ENFILE -> "too many open files: raise the limit (ulimit -n)";
            case Errno.ENOMEM, Errno.ENOBUFS -> "the kernel has no memory left for it: try again, or free some";
            case Errno.EAFNOSUPPORT -> "this kernel has no such address family; is IPv6 switched off?";
            case Errno.EINVAL -> "the kernel does not accept these values, or is too old";
            default -> "see errno(3)";
        };
    }
}
