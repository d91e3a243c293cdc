package jumpvpn.node.runtime;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import jumpvpn.node.config.NodeConfig;
import jumpvpn.node.security.CryptoChoice;
import jumpvpn.node.security.CryptoChoice.Problem;

/** The choice of a node's ciphers, made on a thread of its own while the node opens other things: it loads libraries and tests them, some 30 ms of work. */
final class Ciphers {
    private final NodeConfig config;
    private final FutureTask<CryptoChoice> choice;

    private Ciphers(NodeConfig config) {
        this.config = config;
        choice = new FutureTask<>(() -> switch (config.crypto()) {
            case AUTO -> CryptoChoice.best();
            case IPSEC_MB -> CryptoChoice.ipsecMb();
            case LIBCRYPTO -> CryptoChoice.libcrypto();
            case JDK -> CryptoChoice.jdk();
        });
    }

    /** Begins to choose. */
    static Ciphers choosing(NodeConfig config) {
        Ciphers ciphers = new Ciphers(config);
        Thread.ofPlatform().name("ciphers").daemon().start(ciphers.choice);
        return ciphers;
    }

    /** Waits for the choice and says it. */
    CryptoChoice chosen(Log log) throws StartException {
        try {
            CryptoChoice chosen = choice.get();
            log.info("crypto: " + chosen.names());
            for (Problem problem : chosen.problems()) {
                if (problem.isAbsent()) {
                    log.info("not used: " + problem);
                } else {
                    log.warn("not used, it failed a test: " + problem);
                }
            }
            return chosen;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof CryptoChoice.UnusableException unusable) {
                throw new StartException(
                        config.file() + ": crypto = \"" + config.crypto() + "\" can't be: " + unusable.getMessage(), e);
            }
            throw new IllegalStateException("no ciphers could be chosen", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartException("interrupted while ciphers were chosen", e);
        }
    }
}
