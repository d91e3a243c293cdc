package jumpvpn.core.security;

/** Makes {@link Aead} instances: the JDK's, a native library's, or the simulation's stand-in. Called by several threads at once: a binding makes its ciphers when they are needed. */
@FunctionalInterface
public interface AeadPort {
    /**
     * An instance of its own for one thread.
     *
     * @param key 32 bytes, copied
     */
    Aead create(Suite suite, byte[] key);
}
