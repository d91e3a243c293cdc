package jumpvpn.lab;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * One file of Debian's archive, of which only these bytes are taken. It is unpacked beside, never installed.
 *
 * @param version of the package
 * @param address where it is
 * @param sha256 of the file, in hexadecimal, as Debian's signed index has it
 * @param program the path in it of what is wanted
 */
public record DebianPackage(String version, String address, String sha256, String program) {
    /** Of Debian 13 for amd64: the first wireguard-go in Debian that uses the kernel's offloads. */
    public static final DebianPackage WIREGUARD_GO = new DebianPackage(
            "0.0.20231211-1+b9",
            "http://deb.debian.org/debian/pool/main/w/wireguard-go/wireguard-go_0.0.20231211-1+b9_amd64.deb",
            "cce54ea802611a45d07d1053ff285ea9f1a8f15499f3b86ccd8edd2b81ed7f7e",
            "usr/bin/wireguard-go");

    /** Of Debian 12 for amd64. */
    public static final DebianPackage ETCD =
            etcd("etcd-server", "3a9445d4560ad6de1c375756b2a17d97713df44cbd20a658c871fe108af7ef5d", "usr/bin/etcd");

    /** Of the same source: snapshots, and what a person asks. */
    public static final DebianPackage ETCD_CLIENT =
            etcd("etcd-client", "db3a484d5d924b50bf71f459ee544ecd7b11c25dc2f6becc0c50352d67299cc8", "usr/bin/etcdctl");

    private static DebianPackage etcd(String name, String sha256, String program) {
        String version = "3.4.23-4+b4";
        String address = "http://deb.debian.org/debian/pool/main/e/etcd/" + name + "_" + version + "_amd64.deb";
        return new DebianPackage(version, address, sha256, program);
    }

    /** Of Debian 13 for amd64: steps the wall clock of one process. */
    public static final DebianPackage FAKETIME = new DebianPackage(
            "0.9.10-2.1",
            "http://deb.debian.org/debian/pool/main/f/faketime/libfaketime_0.9.10-2.1_amd64.deb",
            "b09481e7690680966005330c3f907bba4b5eefc35e1faaea4783cc55655d1150",
            "usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1");

    private static final String LONGEST_SECONDS = "60";

    /**
     * Downloads it unless the cache has it, and unpacks it there; the program.
     *
     * @throws IOException if it can't be had, or is another file than it must be
     */
    public Path unpack(Path cache) throws IOException {
        String name = address.substring(address.lastIndexOf('/') + 1);
        Path file = cache.resolve(name);
        Files.createDirectories(cache);
        if (!Files.exists(file)) {
            Path part = cache.resolve(name + ".part");
            succeed("curl", "-fsSL", "--max-time", LONGEST_SECONDS, "-o", part.toString(), address);
            verify(part);
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        }
        verify(file);
        Path unpacked = cache.resolve(name.substring(0, name.length() - ".deb".length()));
        succeed("dpkg-deb", "-x", file.toString(), unpacked.toString());
        return unpacked.resolve(program).toAbsolutePath();
    }

    private void verify(Path file) throws IOException {
        String found = digest(Files.readAllBytes(file));
        if (!found.equals(sha256)) {
            Files.delete(file);
            throw new IOException("%s has the SHA-256 %s and must have %s; deleted".formatted(file, found, sha256));
        }
    }

    private static String digest(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void succeed(String... command) throws IOException {
        Process process =
                new ProcessBuilder(List.of(command)).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new IOException(String.join(" ", command) + " failed: " + said.strip());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
