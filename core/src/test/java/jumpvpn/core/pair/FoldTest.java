package jumpvpn.core.pair;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.PolicyKey;
import org.junit.jupiter.api.Test;

/** What a session becomes at rest and again is the same in every field, in those of tomorrow too: what need not be kept is named here. */
class FoldTest {
    /** Made anew when it is needed, or of no meaning in a session that is quiet in ATTACHED. */
    private static final Set<String> NOT_KEPT = Set.of(
            "Resident.place",
            "Resident.wakeNanos",
            "GatewaySession.falling",
            "GatewaySession.awakeUntilNanos",
            "SessionPath.held",
            "ActivePath.name",
            "ActivePath.namedFrom",
            "Binding.window",
            "KeyPhase.packetSealer",
            "KeyPhase.controlSealer",
            "KeyPhase.opener",
            "HealthWatch.lastBreachNanos",
            "HealthWatch.volatileSinceNanos",
            "PathHealth.window",
            "PathHealth.lastLookNanos",
            "PathHealth.outstandingSinceNanos",
            "PathMtu.askedCounter",
            "PathMtu.askedNanos",
            "PathMtu.lost",
            "PathMtu.unanswered",
            "PathMtu.doubtNanos");

    private final Map<Object, Object> compared = new IdentityHashMap<>();
    private final List<String> fields = new ArrayList<>();

    @Test
    void everyFieldComesBack() throws ReflectiveOperationException {
        Pair pair = new Pair();
        pair.policy = Policy.DEFAULT.with(PolicyKey.SECURITY_REKEY_AFTER, 1_000_000_000L);
        pair.grace = () -> () -> false; // it falls asleep, and never does
        pair.startGateway(List.of(pair.client()));
        pair.startClient(pair.gatewayKey.publicKey());
        pair.connect();
        pair.chat(0, 500, 5);
        assertThat(pair.agent.jump(pair.now, "wlan0")).isNull();
        pair.chat(0, 500, 5);
        Object residents = value(pair.gateway, "residents");
        List<?> falling = (List<?>) value(residents, "falling");
        pair.await(() -> !falling.isEmpty(), 60_000);
        Object session = value(falling.getFirst(), "session");
        set(session, "rejects", 3);

        Object fold = value(residents, "fold");
        Object resting = value(falling.getFirst(), "resting");
        Object bytes = method(fold, "fold").invoke(fold, pair.now, session);
        Object copy = method(fold, "unfold").invoke(fold, bytes, value(resting, "gate"), value(resting, "snapshot"));
        same("session", session, copy);
        assertThat(fields)
                .as("it has looked at what matters")
                .contains("Delivery.receivedLargest", "Ratchet.chain", "AckSeed.answerKey", "RekeyOutput.key")
                .contains("SwitchTimes.electiveNanos", "SessionSecret.key", "RttEstimator.smoothed");
        assertThat((byte[]) bytes).hasSizeLessThan(700);
    }

    private void same(String at, Object one, Object other) throws ReflectiveOperationException {
        if (one == other || (one != null && compared.put(one, other) == other)) {
            return;
        }
        assertThat(other).as(at).isNotNull().hasSameClassAs(one);
        if (one.getClass().isArray()) {
            assertThat(Array.getLength(other)).as(at).isEqualTo(Array.getLength(one));
            for (int i = 0; i < Array.getLength(one); i++) {
                same(at + "[" + i + "]", Array.get(one, i), Array.get(other, i));
            }
        } else if (one instanceof List<?> list) {
            assertThat((List<?>) other).as(at).hasSameSizeAs(list);
            for (int i = 0; i < list.size(); i++) {
                same(at + "[" + i + "]", list.get(i), ((List<?>) other).get(i));
            }
        } else if (one instanceof AtomicLong || one instanceof AtomicBoolean) {
            assertThat(other).as(at).hasToString(one.toString());
        } else if (one.getClass().getPackageName().startsWith("jumpvpn.core.") && !(one instanceof Enum)) {
            for (Class<?> type = one.getClass();
                    type != Object.class && type != Record.class;
                    type = type.getSuperclass()) {
                sameFields(at, type, one, other);
            }
        } else {
            assertThat(other).as(at).isEqualTo(one);
        }
    }

    private void sameFields(String at, Class<?> type, Object one, Object other) throws ReflectiveOperationException {
        for (Field field : type.getDeclaredFields()) {
            String name = type.getSimpleName() + "." + field.getName();
            if (!Modifier.isStatic(field.getModifiers()) && !NOT_KEPT.contains(name)) {
                field.setAccessible(true);
                fields.add(name);
                same(at + "." + field.getName(), field.get(one), field.get(other));
            }
        }
    }

    private static Object value(Object of, String name) throws ReflectiveOperationException {
        Field field = of.getClass().getDeclaredField(name);
        field.setAccessible(true);
        return field.get(of);
    }

    private static void set(Object of, String name, int to) throws ReflectiveOperationException {
        Field field = of.getClass().getDeclaredField(name);
        field.setAccessible(true);
        field.set(of, to);
    }

    private static Method method(Object of, String name) {
        Method method = Arrays.stream(of.getClass().getDeclaredMethods())
                .filter(each -> each.getName().equals(name))
                .findFirst()
                .orElseThrow();
        method.setAccessible(true);
        return method;
    }
}
