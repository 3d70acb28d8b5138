"""What a wheel holds: studies and records lie in the package, where no other folder `studies` can hide them."""

from setuptools import find_packages, setup

lab = find_packages(include=["theorylab", "theorylab.*"], exclude=["theorylab.studies*"])
studies = [f"theorylab.{name}" for name in find_packages(include=["studies", "studies.*"])]
setup(
    packages=[*lab, *studies, "theorylab.figures"],
    package_dir={"theorylab.studies": "studies", "theorylab.figures": "figures"},
)
