package jumpvpn.lab.explore;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import jumpvpn.core.session.Fault;
import jumpvpn.lab.sim.Violation;
import org.jspecify.annotations.Nullable;

/**
 * Every state of a {@link SmallWorld}, nearest first. Engines can't be copied, so a state is reached by doing again what led to it; two ways to one digest are one state.
 */
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

    /** What one choice led to. */
    private record Reached(Node node, Digest.Value digest, List<Choice> choices) {}

    private record Open(Node node, List<Choice> choices) {}

    private record Found(List<Reached> reached, @Nullable Broken broken) {}

    /** A violation and what led to it. */
    record Broken(List<Choice> schedule, Violation violation) {}

    /**
     * What was found at one depth.
     *
     * @param states new ones
     * @param steps choices taken to get there
     * @param ends states where nothing can happen any more
     */
    record Level(int depth, long states, long steps, long ends) {}

    /**
     * What there is.
     *
     * @param complete whether every state was reached; else those within the depth
     */
    record Result(
            List<Level> levels, boolean complete, @Nullable Broken broken) {
        long states() {
            return levels.stream().mapToLong(Level::states).sum();
        }

        long steps() {
            return levels.stream().mapToLong(Level::steps).sum();
        }
    }

    private static final long HEALED_WITHIN_NANOS = 60_000_000_000L;

    private final Bounds bounds;
    private final Set<Fault> faults;
    private final boolean heals;

    /** @param heals whether each state must also find back to a session that passes packets */
    Exploration(Bounds bounds, Set<Fault> faults, boolean heals) {
        this.bounds = bounds;
        this.faults = faults;
        this.heals = heals;
    }

    /** Explores to a depth; stops at the first violation. */
    Result run(int depth, Consumer<Level> progress) {
        Set<Digest.Value> known = new HashSet<>();
        List<Level> levels = new ArrayList<>();
        SmallWorld first = SmallWorld.attached(bounds, faults);
        known.add(first.digest());
        List<Open> open = List.of(new Open(new Node(null, null, 0), first.choices()));
        levels.add(new Level(0, 1, 0, 0));
        for (int at = 1; at <= depth && !open.isEmpty(); at++) {
            List<Open> level = open;
            List<Found> found = IntStream.range(0, level.size())
                    .parallel()
                    .mapToObj(i -> successors(level.get(i)))
                    .toList();
            List<Open> next = new ArrayList<>();
            long steps = 0;
            long states = 0;
            for (Found each : found) {
                if (each.broken != null) {
                    levels.add(new Level(at, states, steps, states - next.size()));
                    return new Result(levels, false, each.broken);
                }
                for (Reached reached : each.reached) {
                    steps++;
                    if (known.add(reached.digest)) {
                        states++;
                        if (!reached.choices.isEmpty()) {
                            next.add(new Open(reached.node, reached.choices));
                        }
                    }
                }
            }
            levels.add(new Level(at, states, steps, states - next.size()));
            progress.accept(levels.getLast());
            open = next;
        }
        return new Result(levels, open.isEmpty(), null);
    }

    private Found successors(Open from) {
        List<Choice> schedule = from.node.schedule();
        List<Reached> reached = new ArrayList<>();
        List<Choice> tried = schedule;
        try {
            for (Choice choice : from.choices) {
                tried = new ArrayList<>(schedule);
                tried.add(choice);
                SmallWorld world = replay(tried);
                reached.add(
                        new Reached(new Node(from.node, choice, from.node.depth + 1), world.digest(), world.choices()));
            }
            if (heals) {
                tried = schedule;
                replay(schedule).heal(HEALED_WITHIN_NANOS);
            }
            return new Found(reached, null);
        } catch (Violation violation) {
            return new Found(reached, new Broken(tried, violation));
        } catch (RuntimeException e) {
            Violation crash = new Violation("CRASH", "an end threw " + e);
            crash.initCause(e);
            return new Found(reached, new Broken(tried, crash));
        }
    }

    private SmallWorld replay(List<Choice> schedule) {
        SmallWorld world = SmallWorld.attached(bounds, faults);
        schedule.forEach(world::take);
        return world;
    }

    /** A schedule for people: one line a choice. */
    static List<String> tell(Bounds bounds, Set<Fault> faults, List<Choice> schedule) {
        SmallWorld world = SmallWorld.attached(bounds, faults);
        List<String> lines = new ArrayList<>();
        try {
            for (Choice choice : schedule) {
                lines.add(world.describe(choice));
                world.take(choice);
            }
        } catch (Violation | IllegalStateException e) {
            lines.add("  there: " + e.getMessage());
        }
        return lines;
    }
}
