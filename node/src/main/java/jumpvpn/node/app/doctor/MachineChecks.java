package jumpvpn.node.app.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import jumpvpn.core.net.Endpoint;
import jumpvpn.node.data.tun.TunDevice;
import jumpvpn.node.host.Cpu;
import jumpvpn.node.host.Errno;
import jumpvpn.node.host.KernelClock;
import jumpvpn.node.host.Libc;
import jumpvpn.node.host.LinuxException;
import jumpvpn.node.security.CryptoChoice;
import jumpvpn.node.transport.udp.UdpSocket;

/** What every node wants of the machine. */
final class MachineChecks {
    private static final Path TUN = Path.of("/dev/net/tun");
    private static final int CAP_NET_ADMIN = 12;
    private static final int AF_INET = 2;
    private static final int SOCK_DGRAM = 2;
    private static final int SOL_UDP = 17;
    private static final int UDP_SEGMENT = 103;
    private static final int UDP_GRO = 104;

    private MachineChecks() {}

    static List<Check> all() {
        List<Check> checks = new ArrayList<>();
        boolean mayAdminister = mayAdminister();
        checks.add(
                mayAdminister
                        ? Check.ok("privileges", "CAP_NET_ADMIN")
                        : Check.fail(
                                "privileges",
                                "no CAP_NET_ADMIN: no TUN device, no routes",
                                "run as root, or with AmbientCapabilities=CAP_NET_ADMIN in the unit"));
        checks.add(tun(mayAdminister));
        checks.add(manyDatagrams());
        checks.add(udpOffload());
        checks.add(clock());
        checks.add(
                Cpu.hasAesGcm()
                        ? Check.ok("aes", "the processor has instructions for AES-GCM")
                        : Check.warn(
                                "aes",
                                "the processor has no instructions for AES-GCM",
                                "nothing to do: a client asks for ChaCha20-Poly1305; on a virtual machine let the host pass them on"));
        checks.add(ciphers(CryptoChoice.best()));
        return checks;
    }

    private static boolean mayAdminister() {
        try {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith("CapEff:"))
                    .mapToLong(line -> Long.parseUnsignedLong(line.substring(7).strip(), 16))
                    .anyMatch(capabilities -> (capabilities >>> CAP_NET_ADMIN & 1) == 1);
        } catch (IOException e) {
            return false;
        }
    }

    private static Check tun(boolean mayAdminister) {
        String advice = "modprobe tun; in a container pass it in: --device /dev/net/tun --cap-add NET_ADMIN";
        if (!Files.exists(TUN)) {
            return Check.fail("tun", TUN + " does not exist", advice);
        }
        if (!mayAdminister) {
            return Check.warn("tun", TUN + " exists; whether a device can be made was not tried", "run doctor as root");
        }
        try (TunDevice device =
                TunDevice.create("jvdr" + ProcessHandle.current().pid())) {
            return switch (device.offload()) {
                case TCP_UDP -> Check.ok("tun", "a device can be made; super-packets of TCP and UDP");
                case TCP ->
                    Check.warn(
                            "tun",
                            "a device can be made; super-packets of TCP, not of UDP",
                            "Linux 6.2 or newer has them; this is " + System.getProperty("os.version"));
                case NONE ->
                    Check.warn(
                            "tun",
                            "a device can be made; the kernel hands over one packet at a time",
                            "throughput is a fraction; a kernel with vnet_hdr for TUN has super-packets");
            };
        } catch (LinuxException e) {
            return Check.fail("tun", String.valueOf(e.getMessage()), advice);
        }
    }

    private static Check manyDatagrams() {
        int refused = UdpSocket.refusal();
        return refused == 0
                ? Check.ok("udp calls", "sendmmsg and recvmmsg are allowed")
                : Check.warn(
                        "udp calls",
                        "sendmmsg or recvmmsg is refused (error " + refused + "): UDP goes by java.nio, slower",
                        "allow both in the sandbox's seccomp profile");
    }

    /** Many datagrams a call: out (GSO) and in (GRO). */
    private static Check udpOffload() {
        int fd = Libc.socket(AF_INET, SOCK_DGRAM, 0);
        if (fd < 0) {
            return Check.fail(
                    "udp offload",
                    "no UDP socket can be opened (error " + -fd + ")",
                    "look at ulimit -n and the sandbox");
        }
        boolean segments = Libc.setsockopt(fd, SOL_UDP, UDP_SEGMENT, 1400) == 0;
        boolean joins = Libc.setsockopt(fd, SOL_UDP, UDP_GRO, 1) == 0;
        Libc.close(fd);
        return segments && joins
                ? Check.ok("udp offload", "GSO and GRO")
                : Check.warn(
                        "udp offload",
                        (segments ? "" : "no GSO (Linux 4.18) ") + (joins ? "" : "no GRO (Linux 5.0)"),
                        "a newer kernel sends and receives many datagrams a call");
    }

    private static Check clock() {
        return switch (KernelClock.state()) {
            case SYNCHRONIZED -> Check.ok("clock", "kept right by a time service");
            case FREE ->
                Check.warn(
                        "clock",
                        "no time service keeps it right: times in events and logs of several machines won't fit together",
                        "timedatectl set-ntp true, or install chrony; sessions do not depend on it");
            case UNKNOWN ->
                Check.warn("clock", "the kernel does not tell whether it is kept right", "look at timedatectl");
        };
    }

    private static Check ciphers(CryptoChoice chosen) {
        String names = chosen.names().toString();
        List<String> broken = chosen.problems().stream()
                .filter(problem -> !problem.isAbsent())
                .map(CryptoChoice.Problem::toString)
                .toList();
        if (!broken.isEmpty()) {
            return Check.warn(
                    "ciphers",
                    names + "; failed a test: " + String.join("; ", broken),
                    "update or remove that library");
        }
        return names.contains("JDK")
                ? Check.warn("ciphers", names, "faster ones are used where they are: apt install libssl3 libipsec-mb1")
                : Check.ok("ciphers", names);
    }

    /** Whether a UDP endpoint of this host is free; the error, as in {@link Errno}, else. */
    static int bindErrno(Endpoint local) {
        try {
            UdpSocket.open(local, null, 1).close();
            return 0;
        } catch (LinuxException e) {
            return e.errno();
        }
    }
}
