package jumpvpn.lab.architecture;

import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnitAccess;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Set;

/**
 * What a class of the core may touch outside the project: no clock, no randomness, no socket, no file, no thread, and no collection whose order differs from run to
 * run. What it may use is listed, so a package that is new in the JDK is forbidden until somebody has looked at it.
 */
final class CorePurity extends ArchCondition<JavaClass> {
    private static final Set<String> PACKAGES = Set.of(
            "java.lang",
            "java.lang.annotation",
            "java.lang.foreign",
            "java.lang.invoke",
            "java.lang.runtime",
            "java.math",
            "java.nio",
            "java.nio.charset",
            "java.security",
            "java.security.interfaces",
            "java.security.spec",
            "java.util",
            "java.util.concurrent.atomic",
            "java.util.function",
            "java.util.stream",
            "javax.crypto",
            "javax.crypto.interfaces",
            "javax.crypto.spec",
            "org.jspecify.annotations");

    /** From packages that are not allowed as a whole. */
    private static final Set<String> CLASSES =
            Set.of("java.time.Duration", "java.util.concurrent.TimeUnit", "java.util.zip.CRC32");

    private static final Set<String> FORBIDDEN_CLASSES = Set.of(
            // threads and processes
            "java.lang.Thread",
            "java.lang.ThreadGroup",
            "java.lang.ThreadLocal",
            "java.lang.InheritableThreadLocal",
            "java.lang.ScopedValue",
            "java.lang.Runtime",
            "java.lang.Process",
            "java.lang.ProcessBuilder",
            "java.lang.ProcessHandle",
            "java.util.Timer",
            "java.util.TimerTask",
            // native calls
            "java.lang.foreign.Linker",
            "java.lang.foreign.SymbolLookup",
            // clocks
            "java.util.Calendar",
            "java.util.Date",
            "java.util.GregorianCalendar",
            // randomness
            "java.security.KeyPairGenerator",
            "java.security.SecureRandom",
            "java.util.Random",
            "java.util.SplittableRandom",
            "javax.crypto.KeyGenerator",
            // order by hash
            "java.util.HashMap",
            "java.util.HashSet",
            "java.util.Hashtable",
            "java.util.IdentityHashMap",
            "java.util.Properties",
            "java.util.WeakHashMap");

    /** Class and method, with the number of parameters where only some overloads are meant. */
    private static final Set<String> FORBIDDEN_METHODS = Set.of(
            "java.lang.Math.random",
            "java.lang.StrictMath.random",
            "java.lang.Object.notify",
            "java.lang.Object.notifyAll",
            "java.lang.Object.wait",
            "java.util.Collections.shuffle",
            "java.util.UUID.randomUUID",
            "java.util.Map.copyOf",
            "java.util.Map.of",
            "java.util.Map.ofEntries",
            "java.util.Set.copyOf",
            "java.util.Set.of",
            "java.util.stream.Collectors.groupingBy/1",
            "java.util.stream.Collectors.groupingBy/2",
            "java.util.stream.Collectors.toMap/2",
            "java.util.stream.Collectors.toMap/3",
            "java.util.stream.Collectors.toSet",
            "java.util.stream.Collectors.toUnmodifiableMap",
            "java.util.stream.Collectors.toUnmodifiableSet");

    private final String root;

    CorePurity(String root) {
        super("touch no clock, randomness, socket, file, thread or order by hash");
        this.root = root;
    }

    @Override
    public void check(JavaClass type, ConditionEvents events) {
        for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
            if (!isAllowed(dependency.getTargetClass().getBaseComponentType())) {
                events.add(SimpleConditionEvent.violated(type, dependency.getDescription()));
            }
        }
        for (JavaAccess<?> access : type.getAccessesFromSelf()) {
            if (access instanceof JavaCodeUnitAccess<?> call && isForbidden(call.getTarget())) {
                events.add(SimpleConditionEvent.violated(type, call.getDescription()));
            }
        }
    }

    private boolean isAllowed(JavaClass target) {
        if (target.isPrimitive() || target.getPackageName().startsWith(root + ".")) {
            return true;
        }
        String outermost = target.getName().replaceFirst("\\$.*", "");
        return (PACKAGES.contains(target.getPackageName()) && !FORBIDDEN_CLASSES.contains(outermost))
                || CLASSES.contains(outermost);
    }

    private static boolean isForbidden(CodeUnitAccessTarget target) {
        String owner = target.getOwner().getName();
        String method = owner + "." + target.getName();
        if (owner.equals("java.lang.System")) {
            return !target.getName().equals("arraycopy");
        }
        return FORBIDDEN_METHODS.contains(method)
                || FORBIDDEN_METHODS.contains(
                        method + "/" + target.getRawParameterTypes().size())
                || target.getName().equals("parallelStream")
                || (target.getName().equals("parallel") && owner.startsWith("java.util.stream."));
    }
}
