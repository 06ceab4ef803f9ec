using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Extract.Text;

/// <summary>Counts where the characters of one page went, so that none is lost in silence.</summary>
internal sealed class TextAccount
{
    private readonly SortedDictionary<CharacterPlace, int> _counts = [];

    public int this[CharacterPlace place] => _counts.GetValueOrDefault(place);

    public void Add(CharacterPlace place, int characters)
    {
        if (characters != 0)
            _counts[place] = _counts.GetValueOrDefault(place) + characters;
    }

    /// <summary>Forgets all counts.</summary>
    public void Clear() => _counts.Clear();

    /// <summary>The counts; what is in none of them is unplaced.</summary>
    public IReadOnlyDictionary<CharacterPlace, int> Close()
    {
        SortedDictionary<CharacterPlace, int> counts = new(_counts);
        int unplaced = this[CharacterPlace.Total] - _counts.Where(c => c.Key != CharacterPlace.Total).Sum(c => c.Value);
        if (unplaced != 0)
            counts[CharacterPlace.Unplaced] = unplaced;
        return counts;
    }
}
