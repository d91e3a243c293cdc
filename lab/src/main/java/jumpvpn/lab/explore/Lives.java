package jumpvpn.lab.explore;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All lives of processes seen so far, and what leads from one to another. A life and an input have one outcome, whatever happens elsewhere; an engine works it out once.
 * Engines can't be copied: one that went another way is led there again from its start.
 */
class Lives {
    /**
     * What an input does.
     *
     * @param after the same life as before if it left no trace
     */
    record Step(Life after, List<Output> outputs) {}

    private static final int MOST_ENGINES = 500;
    private static final int MOST_PASSING = 50_000;

    private final Given given;
    private final Map<Digest.Value, Life> known = new HashMap<>(); // none of these is ever iterated
    private final Map<Digest.Value, Step> steps = new HashMap<>();
    private final Map<Digest.Value, Step> passing = new HashMap<>();
    private final LinkedHashMap<Life, Engine> engines = new LinkedHashMap<>();

    Lives(Given given) {
        this.given = given;
    }

    /** How many there are. */
    int size() {
        return known.size();
    }

    /** A process starts. */
    Step started(Input.Start start) {
        Step step = steps.get(start.digest());
        if (step == null) {
            step = after(null, start, Engine.started(given, start), null);
            steps.put(start.digest(), step);
        }
        return step;
    }

    /**
     * A process takes an input.
     *
     * @param kept whether it is to be known as long as the exploration goes on, and what it leads to compared with what is known
     */
    Step next(Life before, Input input, boolean kept) {
        return step(before, input, kept);
    }

    /** Whether an input would change a process, or anything come out. */
    final boolean leavesTrace(Life before, Input input) {
        Step step = step(before, input, true);
        return step.after != before || !step.outputs.isEmpty();
    }

    private Step step(Life before, Input input, boolean kept) {
        Digest.Value name = new Digest().add(before.digest).add(input.digest()).value();
        Step step = steps.get(name);
        if (step == null && !kept) {
            step = passing.get(name);
        }
        if (step == null) {
            Engine engine = engine(before);
            engine.take(input);
            step = after(before, input, engine, kept ? null : name);
            if (passing.size() >= MOST_PASSING) {
                passing.clear();
            }
            (kept ? steps : passing).put(name, step);
        }
        return step;
    }

    private Step after(@Nullable Life before, Input input, Engine engine, Digest.@Nullable Value name) {
        List<Output> outputs = engine.outputs();
        Shown shown = engine.shown(input.nowNanos());
        Digest.Value digest = name == null ? engine.anatomy() : name;
        Life life = new Life(before, input, digest, shown);
        if (name == null) {
            Life same = known.putIfAbsent(digest, life);
            life = same == null ? life : same;
        }
        keep(life, engine);
        return new Step(life, outputs);
    }

    private void keep(Life life, Engine engine) {
        engines.put(life, engine);
        if (engines.size() > MOST_ENGINES) {
            engines.pollFirstEntry();
        }
    }

    private Engine engine(Life wanted) {
        ArrayList<Life> way = new ArrayList<>();
        Life life = wanted;
        Engine engine = engines.remove(life);
        while (engine == null && life.before != null) {
            way.add(life);
            life = life.before;
            engine = engines.remove(life);
        }
        if (engine == null) {
            engine = Engine.started(given, (Input.Start) life.input);
            engine.outputs();
            engine.shown(life.input.nowNanos());
        }
        for (Life step : List.copyOf(way).reversed()) {
            engine.take(step.input);
            engine.outputs();
            engine.shown(step.input.nowNanos());
        }
        return engine;
    }
}
