package jumpvpn.lab.explore;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import javax.crypto.Cipher;
import jumpvpn.core.data.DropCounters;
import jumpvpn.core.security.AeadPort;
import jumpvpn.core.security.KeyAgreement;
import jumpvpn.core.session.Policy;
import org.jspecify.annotations.Nullable;

/**
 * The digest of all that an object can reach: every field of every object, private or not, what lambdas have captured, and who shares what with whom. Two engines with
 * one digest do the same from there on. It knows every class that it passes over; one that it does not know is an error, not a gap.
 */
final class Anatomy {
    /** Passed over: what only counts, is the same everywhere or is looked at for itself. */
    private static final List<Class<?>> WITHOUT_STATE =
            List.of(DropCounters.class, Engine.class, Given.class, AeadPort.class, KeyAgreement.class);

    private static final ClassValue<List<Field>> FIELDS = new ClassValue<>() {
        @Override
        protected List<Field> computeValue(Class<?> type) {
            List<Field> fields = new ArrayList<>();
            for (Class<?> each = type; each != null && each != Object.class; each = each.getSuperclass()) {
                for (Field field : each.getDeclaredFields()) {
                    if (!Modifier.isStatic(field.getModifiers())) {
                        field.setAccessible(true);
                        fields.add(field);
                    }
                }
            }
            return List.copyOf(fields);
        }
    };

    private final Digest digest = new Digest();
    private final IdentityHashMap<Object, Integer> seen = new IdentityHashMap<>();

    private Anatomy() {}

    static Digest.Value of(List<?> parts) {
        Anatomy anatomy = new Anatomy();
        parts.forEach(anatomy::see);
        return anatomy.digest.value();
    }

    private void see(@Nullable Object it) {
        switch (it) {
            case null -> digest.add(0);
            case String text -> digest.add(1).add(text.getBytes(StandardCharsets.UTF_8));
            case Enum<?> value -> digest.add(2).add(name(it).hashCode()).add(value.ordinal());
            case Boolean value -> digest.add(value ? 3 : 4);
            case Double value -> digest.add(5).add(Double.doubleToLongBits(value));
            case Float value -> digest.add(5).add(Float.floatToIntBits(value));
            case Character value -> digest.add(6).add(value);
            case Long value -> digest.add(7).add(value);
            case Integer value -> digest.add(8).add(value);
            case Short value -> digest.add(9).add(value);
            case Byte value -> digest.add(10).add(value);
            case Record value -> fields(value); // values are equal or not, whoever shares them
            case Policy value -> fields(value);
            case List<?> values
            when name(it).startsWith("java.util.ImmutableCollections") -> see(values, values.size());
            default -> seeOnce(it);
        }
    }

    private static String name(Object it) {
        return it.getClass().getName();
    }

    /** Who is met again is told by his number, so that it matters who shares what with whom. */
    private void seeOnce(Object it) {
        if (WITHOUT_STATE.stream().anyMatch(type -> type.isInstance(it))) {
            digest.add(11);
            return;
        }
        Integer number = seen.putIfAbsent(it, seen.size());
        if (number != null) {
            digest.add(12).add(number);
            return;
        }
        digest.add(13).add(name(it).hashCode());
        switch (it) {
            case byte[] bytes -> digest.add(bytes);
            case long[] numbers -> see(numbers);
            case int[] numbers -> Arrays.stream(numbers).forEach(digest.add(numbers.length)::add);
            case boolean[] bits -> see(bits);
            case Object[] elements -> see(Arrays.asList(elements), elements.length);
            case Map<?, ?> map -> {
                digest.add(map.size());
                map.forEach((key, value) -> {
                    see(key);
                    see(value);
                });
            }
            case Collection<?> elements -> see(elements, elements.size());
            case Cipher cipher -> see(cipher);
            default -> seeAtom(it);
        }
    }

    private void seeAtom(Object it) {
        switch (it) {
            case AtomicBoolean atom -> digest.add(atom.get() ? 1 : 0);
            case AtomicLong atom -> digest.add(atom.get());
            case AtomicInteger atom -> digest.add(atom.get());
            case AtomicReference<?> atom -> see(atom.get());
            case AtomicLongArray atoms -> {
                digest.add(atoms.length());
                for (int i = 0; i < atoms.length(); i++) {
                    digest.add(atoms.get(i));
                }
            }
            case AtomicReferenceArray<?> atoms -> {
                digest.add(atoms.length());
                for (int i = 0; i < atoms.length(); i++) {
                    see(atoms.get(i));
                }
            }
            case ByteBuffer buffer ->
                digest.add(buffer.position()).add(buffer.limit()).add(buffer.array());
            case MemorySegment segment -> digest.add(segment.toArray(ValueLayout.JAVA_BYTE));
            case MessageDigest hash -> see(hash);
            default -> {
                if (!name(it).startsWith("jumpvpn.")) {
                    throw new IllegalStateException("what is in a " + it.getClass() + "?");
                }
                fields(it);
            }
        }
    }

    private void see(Collection<?> elements, int size) {
        digest.add(size);
        elements.forEach(this::see);
    }

    private void see(long[] numbers) {
        digest.add(numbers.length);
        for (long number : numbers) {
            digest.add(number);
        }
    }

    private void see(boolean[] bits) {
        digest.add(bits.length);
        for (boolean bit : bits) {
            digest.add(bit ? 1 : 0);
        }
    }

    /** What it has taken in so far follows from what it would say. */
    private void see(MessageDigest hash) {
        try {
            digest.add(((MessageDigest) hash.clone()).digest());
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Its key follows from what it makes of nothing; every use of one in the core begins anew. */
    private void see(Cipher cipher) {
        try {
            digest.add(cipher.doFinal(new byte[16]));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private void fields(Object it) {
        digest.add(name(it).hashCode());
        try {
            for (Field field : FIELDS.get(it.getClass())) {
                Class<?> type = field.getType();
                if (type == long.class) {
                    digest.add(field.getLong(it));
                } else if (type == int.class) {
                    digest.add(field.getInt(it));
                } else if (type == boolean.class) {
                    digest.add(field.getBoolean(it) ? 1 : 0);
                } else {
                    see(field.get(it));
                }
            }
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }
}
