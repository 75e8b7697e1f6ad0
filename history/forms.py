from django import forms


class YearForm(forms.Form):
    """The year of a history; left out for the running one."""

    year = forms.IntegerField(required=False, min_value=2000, max_value=2199)
