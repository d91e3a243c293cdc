package jumpvpn.lab.ownership;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import jumpvpn.core.ownership.ClockReading;
import jumpvpn.core.ownership.Member;
import jumpvpn.core.ownership.Owner;
import jumpvpn.core.ownership.SessionTable.Outcome;
import jumpvpn.core.security.Crypto;
import jumpvpn.lab.cluster.EtcdPackages;
import jumpvpn.lab.cluster.EtcdProcesses;
import jumpvpn.node.host.SystemEntropy;
import jumpvpn.node.ownership.StateException;
import jumpvpn.node.ownership.etcd.EtcdSessionTable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An etcd that asks for a certificate and a login. */
class EtcdTlsTest {
    private static final Owner OWNER = new Owner(1, 1);
    private static final String PASSWORD = "p\u00e4ss word";

    @TempDir
    private static Path folder;

    private static @Nullable EtcdProcesses etcd;

    private final Bed.Reported reported = new Bed.Reported();

    @BeforeAll
    static void start() throws IOException, GeneralSecurityException {
        EtcdPackages.orSkip();
        for (String name : List.of("server", "gateway", "stranger")) {
            certificate(name);
        }
        etcd = EtcdProcesses.start(
                folder.resolve("etcd"),
                new EtcdProcesses.Tls(pem("server.crt"), pem("server.key"), pem("gateway.crt"), pem("gateway.key")));
        etcd.control("user", "add", "root:secret");
        etcd.control("user", "add", "vpn:" + PASSWORD);
        etcd.control("role", "add", "vpn");
        etcd.control("role", "grant-permission", "vpn", "--prefix=true", "readwrite", "jumpvpn/");
        etcd.control("user", "grant-role", "vpn", "vpn");
        etcd.control("auth", "enable");
    }

    @AfterAll
    static void stop() throws IOException {
        if (etcd != null) {
            etcd.close();
        }
    }

    private static Path pem(String name) {
        return folder.resolve(name);
    }

    /** A key with a certificate that it signed itself. */
    private static void certificate(String name) throws IOException, GeneralSecurityException {
        Path store = folder.resolve(name + ".p12");
        String command = "-genkeypair -alias %1$s -dname CN=%1$s -keyalg EC -groupname secp256r1 -ext san=ip:127.0.0.1"
                + " -storetype PKCS12 -storepass secret -keystore";
        List<String> words = new ArrayList<>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        words.addAll(List.of(command.formatted(name).split(" ")));
        words.add(store.toString());
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, "secret".toCharArray());
        } catch (IOException e) {
            throw new IOException(said, e);
        }
        write(name + ".crt", "CERTIFICATE", keys.getCertificate(name).getEncoded());
        write(
                name + ".key",
                "PRIVATE KEY",
                keys.getKey(name, "secret".toCharArray()).getEncoded());
    }

    private static void write(String name, String what, byte[] bytes) throws IOException {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
        Files.writeString(pem(name), "-----BEGIN %1$s-----%n%2$s%n-----END %1$s-----%n".formatted(what, text));
    }

    private EtcdSessionTable table(String ca, String certificate, String password, String prefix)
            throws StateException {
        EtcdSessionTable.Setting setting = new EtcdSessionTable.Setting(
                etcd.endpoints(),
                Duration.ofSeconds(3),
                prefix,
                new EtcdSessionTable.Tls(pem(ca + ".crt"), pem(certificate + ".crt"), pem(certificate + ".key")),
                new EtcdSessionTable.Login("vpn", password.getBytes(StandardCharsets.UTF_8)));
        ClockReading now = new ClockReading(Records.NOW, 5000 * Records.NOW);
        return EtcdSessionTable.open(
                setting,
                new Member("gw1", 1, List.of(), null, false),
                new byte[32],
                Crypto.jdk(new SystemEntropy()),
                () -> now,
                reported);
    }

    @Test
    void whoHasBothHasALease() throws StateException {
        try (Bed bed = new Bed(table("server", "gateway", PASSWORD, "jumpvpn/"), OWNER).leased()) {
            assertThat(bed.commit(1, bed.birth(1, "aa", 1))).isEqualTo(Outcome.COMMITTED);
            bed.mark(Records.BOUND);
            assertThat(bed.heard).containsExactly("1 1.0");
            assertThat(reported.said).isEmpty();
        }
    }

    private void refused(EtcdSessionTable table, String... words) {
        try (Bed bed = new Bed(table, OWNER)) {
            bed.until(() -> {
                assertThat(bed.mark(Records.BOUND)).isEqualTo(Outcome.UNAVAILABLE);
                return !reported.said.isEmpty();
            });
            assertThat(bed.mark(Records.BOUND)).isEqualTo(Outcome.UNAVAILABLE);
            assertThat(reported.said).as("said once").singleElement().asString().contains(words);
        }
    }

    @Test
    void aWrongPasswordIsSaid() throws StateException {
        refused(table("server", "gateway", "guessed", "jumpvpn/"), "give user and password");
    }

    @Test
    void keysThatOneMayNotUseAreSaid() throws StateException {
        refused(table("server", "gateway", PASSWORD, "others/"), "PERMISSION_DENIED", "below the prefix");
    }

    @Test
    void anEtcdThatIsNotTrustedIsSaid() throws StateException {
        refused(table("stranger", "gateway", PASSWORD, "jumpvpn/"), "see that ca, certificate and key are right");
    }

    @Test
    void aCertificateThatEtcdDoesNotTrustIsSaid() throws StateException {
        refused(table("server", "stranger", PASSWORD, "jumpvpn/"), "https://127.0.0.1:", "certificate");
    }
}
