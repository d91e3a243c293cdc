package jumpvpn.node.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import jumpvpn.core.net.Prefix;

/** Source NAT for what comes out of the tunnel: an nftables table of our own, which touches nobody else's rules. */
public final class Masquerade {
    private Masquerade() {}

    /**
     * Translates the tunnel's inner addresses to this host's own where they leave by another interface. A table that a killed process left under the same name is replaced.
     *
     * @param tun name of the TUN interface, which is ours alone; the table is {@code jumpvpn_} and this name
     * @param inner prefixes of the tunnel's inner addresses
     * @return removes the table
     * @throws IOException if nft is missing or refuses; the message says which
     */
    public static Undo install(String tun, List<Prefix> inner) throws IOException {
        String table = "inet jumpvpn_" + tun.replaceAll("[^A-Za-z0-9_]", "_");
        StringBuilder rules = new StringBuilder();
        rules.append("add table ")
                .append(table)
                .append("\ndelete table ")
                .append(table)
                .append('\n');
        rules.append("table ").append(table).append(" {\n chain postrouting {\n");
        rules.append("  type nat hook postrouting priority srcnat; policy accept;\n");
        for (Prefix prefix : inner) {
            rules.append(prefix.address().isV4() ? "  ip" : "  ip6")
                    .append(" saddr ")
                    .append(prefix.network())
                    .append(" oifname != \"")
                    .append(tun)
                    .append("\" masquerade\n");
        }
        rules.append(" }\n}\n");
        nft(rules.toString(), "install address translation for " + tun);
        boolean[] removed = new boolean[1];
        return () -> {
            if (!removed[0]) {
                removed[0] = true;
                nft("add table " + table + "\ndelete table " + table + "\n", "remove address translation for " + tun);
            }
        };
    }

    private static void nft(String rules, String attempted) throws IOException {
        Process process;
        try {
            process = new ProcessBuilder("nft", "-f", "-")
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException e) {
            throw new LinuxException(
                    Errno.ENOENT,
                    attempted,
                    "nft is missing: install it (Debian: apt install nftables), or set masquerade = false and translate"
                            + " addresses yourself");
        }
        try {
            process.outputWriter(StandardCharsets.UTF_8).append(rules).close();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            if (process.waitFor() != 0) {
                throw new IOException("cannot " + attempted + ": nft says: " + said
                        + "; needs CAP_NET_ADMIN and a kernel with nf_tables and nft_masq");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("cannot " + attempted + ": interrupted", e);
        }
    }
}
