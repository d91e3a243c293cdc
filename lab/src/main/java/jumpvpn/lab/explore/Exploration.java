package jumpvpn.lab.explore;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import jumpvpn.core.session.Fault;
import jumpvpn.lab.sim.Violation;
import org.jspecify.annotations.Nullable;

/** Every state of a {@link SmallWorld}, nearest first, so that the first violation has a shortest schedule; two ways to one digest are one state. */
final class Exploration {
    /** How a state was reached: what led to the one before, and one choice more. */
    private record Node(@Nullable Node before, @Nullable Choice choice, int depth) {
        List<Choice> schedule() {
            ArrayList<Choice> schedule = new ArrayList<>();
            for (Node node = this; node.before != null && node.choice != null; node = node.before) {
                schedule.addFirst(node.choice);
            }
            return schedule;
        }
    }

    private record Open(Node node, SmallWorld world) {}

    /** A violation and what led to it. */
    record Broken(List<Choice> schedule, Violation violation) {}

    /**
     * What was found at one depth.
     *
     * @param states new ones
     * @param steps choices taken to get there, and to states that were known
     */
    record Level(int depth, long states, long steps) {}

    /**
     * What there is.
     *
     * @param complete whether every state was reached; else those within the depth
     * @param lives of all processes together: what an engine can be
     */
    record Result(
            List<Level> levels,
            boolean complete,
            int lives,
            @Nullable Broken broken) {
        long states() {
            return levels.stream().mapToLong(Level::states).sum();
        }

        long steps() {
            return levels.stream().mapToLong(Level::steps).sum();
        }

        /** Where the farthest states are. */
        int depth() {
            return levels.stream()
                    .filter(level -> level.states > 0)
                    .mapToInt(Level::depth)
                    .max()
                    .orElse(0);
        }
    }

    private final boolean heals;
    private final Lives lives;
    private final SmallWorld first;
    private final Healing healing = new Healing();
    private final DigestSet known = new DigestSet();
    private List<Open> next = new ArrayList<>();
    private long steps;

    /** @param heals whether each state must also find back to a session that passes packets */
    Exploration(Bounds bounds, Set<Fault> faults, boolean heals) {
        this.heals = heals;
        Given given = Given.of(bounds, faults);
        lives = new Lives(given);
        first = SmallWorld.attached(given, lives);
    }

    /** Explores to a depth; stops at the first violation. */
    Result run(int depth, Consumer<Level> progress) {
        List<Level> levels = new ArrayList<>();
        known.add(first.digest(true));
        next.add(new Open(new Node(null, null, 0), first));
        levels.add(new Level(0, 1, 0));
        Broken broken = null;
        for (int at = 1; at <= depth && !next.isEmpty() && broken == null; at++) {
            List<Open> level = next;
            next = new ArrayList<>();
            steps = 0;
            int before = known.size();
            for (int i = 0; i < level.size() && broken == null; i++) {
                broken = successors(level.set(i, null)); // worlds that are done with are to go: there are many
            }
            levels.add(new Level(at, known.size() - before, steps));
            progress.accept(levels.getLast());
        }
        return new Result(levels, next.isEmpty() && broken == null, lives.size(), broken);
    }

    private @Nullable Broken successors(Open from) {
        Node tried = from.node;
        try {
            List<Choice> choices = from.world.choices();
            if (choices.isEmpty()) {
                from.world.audit();
            }
            for (Choice choice : choices) {
                tried = new Node(from.node, choice, from.node.depth + 1);
                SmallWorld world = from.world.copy();
                world.take(choice);
                steps++;
                if (known.add(world.digest(true))) {
                    next.add(new Open(tried, world));
                }
            }
            if (heals) {
                tried = from.node;
                healing.heal(from.world);
            }
            return null;
        } catch (Violation violation) {
            return new Broken(tried.schedule(), violation);
        } catch (RuntimeException e) {
            Violation crash = new Violation("CRASH", "an end threw " + e);
            crash.initCause(e);
            return new Broken(tried.schedule(), crash);
        }
    }

    /** A schedule for people: one line a choice. */
    static List<String> tell(Bounds bounds, Set<Fault> faults, List<Choice> schedule) {
        Given given = Given.of(bounds, faults);
        SmallWorld world = SmallWorld.attached(given, new Lives(given));
        List<String> lines = new ArrayList<>();
        try {
            for (Choice choice : schedule) {
                lines.add(new Offer(world).describe(choice));
                world.take(choice);
            }
        } catch (Violation | IllegalStateException e) {
            lines.add("  there: " + e.getMessage());
        }
        return lines;
    }
}
