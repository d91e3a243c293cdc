package jumpvpn.node.security;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/**
 * Functions of a shared library over raw addresses. What is not there is an {@link UnsatisfiedLinkError} whose message says so.
 *
 * <p>All arguments and results are {@code long}, and there are few numbers of arguments, because the JVM needs milliseconds for each new form of a call at start. On
 * x86-64 and aarch64 a function reads as much of a register as its parameter has, ignores registers beyond its parameters, and leaves its result in the lower part.
 */
final class NativeLibrary {
    /** Four arguments. */
    static final FunctionDescriptor FOUR = longs(4);

    /** Six arguments. */
    static final FunctionDescriptor SIX = longs(6);

    /** Ten arguments. */
    static final FunctionDescriptor TEN = longs(10);

    private static final Linker LINKER = Linker.nativeLinker();
    private static final int MOST_TEXT = 64;

    private final String file;
    private final SymbolLookup symbols;

    private NativeLibrary(String file, SymbolLookup symbols) {
        this.file = file;
        this.symbols = symbols;
    }

    private static FunctionDescriptor longs(int count) {
        FunctionDescriptor type = FunctionDescriptor.of(JAVA_LONG);
        for (int i = 0; i < count; i++) {
            type = type.appendArgumentLayouts(JAVA_LONG);
        }
        return type;
    }

    /**
     * Loads a library for the life of the process.
     *
     * @param file as the dynamic linker finds it
     */
    static NativeLibrary load(String file) {
        try {
            return new NativeLibrary(file, SymbolLookup.libraryLookup(file, Arena.global()));
        } catch (IllegalArgumentException e) {
            throw new UnsatisfiedLinkError(file + " is not installed");
        }
    }

    /** The C library. */
    static NativeLibrary c() {
        return new NativeLibrary("the C library", LINKER.defaultLookup());
    }

    /** A function that may take long; of {@link #FOUR} arguments. */
    MethodHandle function(String name) {
        return LINKER.downcallHandle(symbol(name), FOUR);
    }

    /** A function that computes for some microseconds at most and never blocks: a safepoint waits for it. */
    MethodHandle quick(String name, FunctionDescriptor type) {
        return LINKER.downcallHandle(symbol(name), type, Linker.Option.critical(false));
    }

    private MemorySegment symbol(String name) {
        return symbols.find(name).orElseThrow(() -> new UnsatisfiedLinkError(file + " has no " + name));
    }

    /** Calls a function of {@link #FOUR}. */
    static long call(MethodHandle function, long a, long b, long c, long d) {
        try {
            return (long) function.invokeExact(a, b, c, d);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    /** The C string, of an address that the library gave. */
    static String text(long address) {
        return MemorySegment.ofAddress(address).reinterpret(MOST_TEXT).getString(0);
    }

    /** A downcall handle throws nothing; what comes here is an Error of the virtual machine or our own mistake. */
    static RuntimeException impossible(Throwable e) {
        if (e instanceof Error error) {
            throw error;
        }
        return e instanceof RuntimeException known ? known : new IllegalStateException(e);
    }
}
