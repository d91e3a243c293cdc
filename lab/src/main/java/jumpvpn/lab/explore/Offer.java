package jumpvpn.lab.explore;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import jumpvpn.lab.explore.Choice.Kind;

/** What may happen in a world at one moment. */
record Offer(SmallWorld world) {
    /** What may happen now, in an order that does not change. */
    List<Choice> choices() {
        List<Choice> choices = new ArrayList<>();
        boolean tooMany = world.net.underWay().size() > world.given.bounds().slots();
        TreeSet<Long> seen = new TreeSet<>();
        for (int i = 0; i < world.net.underWay().size(); i++) {
            if (seen.add(world.net.underWay().get(i).digest().low())) {
                choices.add(new Choice(tooMany ? Kind.LOSE : Kind.DELIVER, i));
                offer(choices, Kind.DUPLICATE, i, !tooMany);
            }
        }
        if (!tooMany) {
            offerOthers(choices);
        }
        return choices;
    }

    private void offerOthers(List<Choice> choices) {
        for (int i = 0; i < world.store.asks().size(); i++) {
            Store.Ask ask = world.store.asks().get(i);
            offer(choices, Kind.APPLY, i, ask.mayApply());
            offer(choices, Kind.ANSWER, i, ask.mayAnswer());
            offer(choices, Kind.FAIL, i, ask.mayFail());
            offer(choices, Kind.DOUBT, i, ask.mayDoubt());
        }
        for (int i = 0; i <= world.given.bounds().gateways(); i++) {
            offer(choices, Kind.KILL, i, world.end(i).isRunning());
            offer(choices, Kind.START, i, !world.end(i).isRunning());
            offer(choices, Kind.NOTIFY, i, world.store.isUntold(i));
            offer(choices, Kind.PACKET, i, world.end(i).isRunning() && world.rules.clientInner() != null);
        }
        offer(choices, Kind.JUMP, 0, world.end(0).isRunning());
        offer(choices, Kind.LINK, 0);
        offer(choices, Kind.LINK, 1);
        offer(choices, Kind.WAIT, 0);
        offer(choices, Kind.SILENCE, 0);
        offerAttacks(choices);
    }

    /** Of attacks without a trace one is enough, if it is the last: they lead to the same. */
    private void offerAttacks(List<Choice> choices) {
        int left = world.left(Choice.Limit.ATTACKS);
        boolean traceless = false;
        TreeSet<Long> seen = new TreeSet<>();
        for (int i = 0; left > 0 && i < world.net.recorded().size(); i++) {
            if (!seen.add(world.net.recorded().get(i).digest().low())) {
                continue;
            }
            for (Kind kind : List.of(Kind.REPLAY, Kind.FORGE)) {
                Choice choice = new Choice(kind, i);
                boolean traces =
                        left > 1 || world.net.leavesTrace(world.net.recorded().get(i), kind == Kind.FORGE);
                if (traces || !traceless) {
                    choices.add(choice);
                }
                traceless |= !traces;
            }
        }
    }

    private void offer(List<Choice> choices, Kind kind, int index) {
        offer(choices, kind, index, true);
    }

    private void offer(List<Choice> choices, Kind kind, int index, boolean possible) {
        if (possible && (kind.limit == null || world.left(kind.limit) > 0)) {
            choices.add(new Choice(kind, index));
        }
    }

    /** What a choice would be, for people. */
    String describe(Choice choice) {
        int index = choice.index();
        String about = switch (choice.kind()) {
            case DELIVER, LOSE, DUPLICATE -> world.net.underWay().get(index).toString();
            case APPLY, ANSWER, FAIL, DOUBT -> world.store.asks().get(index).toString();
            case KILL, START, NOTIFY, PACKET -> world.end(index).name();
            case LINK -> index + (world.net.isUp(index) ? " down" : " up");
            case REPLAY, FORGE -> world.net.recorded().get(index).toString();
            case WAIT, SILENCE, JUMP -> "";
        };
        return (choice.kind() + " " + about).strip();
    }
}
